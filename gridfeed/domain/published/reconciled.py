"""A reconciliation in rows: one for each interval, local day or local month; pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from gridfeed.domain.calendar.grouping import Grouping, calendar_numbers, label
from gridfeed.domain.published.accuracy import Bools
from gridfeed.domain.published.drift import Line, line
from gridfeed.domain.published.reconciliation import Balance, Compared, Status, Tolerance, balances
from gridfeed.domain.published.scoring import NO_VERSION
from gridfeed.domain.telemetry.samples import Int64


class ReconciledBy(StrEnum):
    """The period that a row of a reconciliation covers."""

    INTERVAL = "interval"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One row about [start_us, end_us), microseconds since the epoch, UTC.

    local: the date or the month. statuses: number of intervals by status. versions: number of
    intervals with both energies, by settlement version. line: the fit over the well covered
    intervals; None for a single interval.
    """

    local: str | None
    start_us: int
    end_us: int
    balance: Balance
    statuses: Mapping[Status, int]
    versions: Mapping[int, int]
    line: Line | None = None


def rows(
    compared: Compared, version: Int64, tolerance: Tolerance, by: ReconciledBy, zone: ZoneInfo
) -> list[Reconciled]:
    """Return the rows in order. version: the settlement version of each interval."""
    table = _Table(compared, version, tolerance)
    if by is ReconciledBy.INTERVAL:
        return table.grouped(np.arange(len(compared.start)))
    grouping = Grouping.DAY if by is ReconciledBy.DAY else Grouping.MONTH
    return table.grouped(calendar_numbers(grouping, compared.start, zone), grouping)


def everything(compared: Compared, version: Int64, tolerance: Tolerance) -> Reconciled | None:
    """Return the row of the whole range; None for no intervals."""
    numbers = np.zeros(len(compared.start), np.int64)
    found = _Table(compared, version, tolerance).grouped(numbers, Grouping.NONE)
    return found[0] if found else None


class _Table:
    def __init__(self, compared: Compared, version: Int64, tolerance: Tolerance) -> None:
        self._compared = compared
        self._version = version
        self._statuses = np.array(compared.statuses(tolerance), object)
        self._covered = compared.covered(tolerance)

    def grouped(self, numbers: Int64, by: Grouping | None = None) -> list[Reconciled]:
        """Return one row for each group; numbers ascend. by: None: each interval is a group."""
        found = balances(self._compared, numbers)
        firsts = np.searchsorted(numbers, list(found)).tolist()
        ends = [*firsts, len(numbers)][1:]
        return [
            self._row(slice(first, end), balance, label(by, number) if by else None, by)
            for (number, balance), first, end in zip(found.items(), firsts, ends, strict=True)
        ]

    def _row(
        self, rows: slice, balance: Balance, local: str | int | None, by: Grouping | None
    ) -> Reconciled:
        start = self._compared.start[rows]
        versions = self._version[rows][self._compared.both[rows]]
        return Reconciled(
            None if local is None else str(local),
            int(start[0]),
            int(start[-1]) + self._compared.length_us,
            balance,
            Counter(self._statuses[rows].tolist()),
            Counter(versions[versions != NO_VERSION].tolist()),
            self._line(rows, self._covered[rows]) if by else None,
        )

    def _line(self, rows: slice, covered: Bools) -> Line | None:
        scada, settlement = self._compared.scada, self._compared.settlement
        return line(scada.energy[rows][covered], settlement.energy[rows][covered])
