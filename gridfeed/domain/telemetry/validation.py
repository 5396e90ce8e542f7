"""Decides for a whole batch at once which telemetry samples are accepted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import DAY_US, MICROSECOND, SECOND_US, microseconds
from gridfeed.domain.settlement.messages import Refusal, Rejected
from gridfeed.domain.settlement.validation import Terms, beyond_capacity, not_a_meter, not_of_tenant
from gridfeed.domain.telemetry.samples import MAX_POWER, QUANTA_PER_KW, Int64
from gridfeed.domain.words import Reason

Mask = NDArray[np.bool_]


class Texts(Protocol):
    """A column of texts."""

    def __getitem__(self, row: int, /) -> str:
        """Return one of the texts."""


@dataclass(frozen=True, slots=True)
class MeterColumns:
    """The attributes of meters by row; tenant is a position in `tenants`.

    capacity: 10^-9 kW.
    """

    tenants: tuple[str, ...]
    meter_id: Int64
    tenant: NDArray[np.int32]
    capacity: Int64


@dataclass(frozen=True, slots=True)
class Observed:
    """Decoded samples as columns of one length.

    positions: places in the batch. meters: rows of MeterColumns, -1 for an unknown number.
    observed_at: microseconds since the epoch, UTC. power_kw: as sent.
    """

    positions: Int64
    meter_numbers: Texts
    meters: Int64
    observed_at: Int64
    power_kw: NDArray[np.float64]


def check_telemetry(
    samples: Observed, meters: MeterColumns, terms: Terms
) -> tuple[Mask, Iterator[Rejected]]:
    """Return which samples are accepted, and one Rejected for each of the others.

    The reason is the first that applies of unknown_meter, not_owner, not_finite, future_timestamp,
    too_late and out_of_range. Rejections come in the order of their positions. Each is described
    only when it is requested, because describing a whole batch may take long.
    """
    check = _Check(samples, meters, terms)
    accepted: Mask = np.ones(len(samples.positions), bool)
    words: dict[int, Callable[[int], Refusal]] = {}
    for fails, explain in check.rules():
        rows = np.flatnonzero(accepted & fails)
        accepted[rows] = False
        words |= dict.fromkeys(rows.tolist(), explain)
    order = sorted(words, key=samples.positions.tolist().__getitem__) if words else ()
    return accepted, (words[row](row).at(int(samples.positions[row])) for row in order)


class _Check:
    def __init__(self, samples: Observed, meters: MeterColumns, terms: Terms) -> None:
        self.samples, self.meters, self.terms = samples, meters, terms
        now = microseconds(terms.now)
        self.now = now
        self.latest = now + int(terms.future_seconds * SECOND_US)
        self.earliest = now - timedelta(days=terms.retention_days) // MICROSECOND

    def rules(self) -> list[tuple[Mask, Callable[[int], Refusal]]]:
        """Return the rules in order of precedence: the rows that break each, and its refusal."""
        samples = self.samples
        return [
            (samples.meters < 0, self._unknown),
            (self._foreign(), self._not_owner),
            (~np.isfinite(samples.power_kw), self._not_finite),
            (samples.observed_at > self.latest, self._future),
            (samples.observed_at < self.earliest, self._late),
            (np.abs(samples.power_kw) > self._limit_kw(), self._beyond),
        ]

    def _foreign(self) -> Mask:
        if self.terms.tenant is None:
            return np.zeros(len(self.samples.positions), bool)
        mine = np.array([name == self.terms.tenant for name in self.meters.tenants], bool)
        return ~_at(_at(mine, self.meters.tenant), self.samples.meters)

    def _limit_kw(self) -> NDArray[np.float64]:
        # Rounded to whole quanta first, so that 1.2 x 5.1 kW is the double nearest to 6.12.
        limit = np.rint(self.meters.capacity * self.terms.capacity_factor)
        return _at(np.minimum(limit, MAX_POWER) / QUANTA_PER_KW, self.samples.meters)

    def _unknown(self, row: int) -> Refusal:
        return not_a_meter(self.samples.meter_numbers[row])

    def _not_owner(self, row: int) -> Refusal:
        return not_of_tenant(self.samples.meter_numbers[row], self.terms.tenant)

    def _not_finite(self, row: int) -> Refusal:
        seen = self.samples.power_kw[row]
        return Refusal(Reason.NOT_FINITE, f"power_kw is {seen}; finite kilowatts are accepted")

    def _future(self, row: int) -> Refusal:
        at = int(self.samples.observed_at[row])
        return Refusal(
            Reason.FUTURE_TIMESTAMP,
            f"observed_at {_iso(at)} is {(at - self.now) // SECOND_US} s ahead of the clock; "
            f"at most GRIDFEED_FUTURE_SECONDS={self.terms.future_seconds:g}",
        )

    def _late(self, row: int) -> Refusal:
        at = int(self.samples.observed_at[row])
        return Refusal(
            Reason.TOO_LATE,
            f"observed_at {_iso(at)} is {(self.now - at) // DAY_US} days old; "
            f"at most GRIDFEED_RETENTION_DAYS={self.terms.retention_days}",
        )

    def _beyond(self, row: int) -> Refusal:
        meter = int(self.samples.meters[row])
        capacity_kw = int(self.meters.capacity[meter]) / QUANTA_PER_KW
        return beyond_capacity(
            f"power_kw={self.samples.power_kw[row]:g}", f"{capacity_kw:g}", self.terms
        )


def _at(column: NDArray[Any], rows: NDArray[np.integer[Any]]) -> NDArray[Any]:
    """Return the column's values at rows; for an unknown row (-1), an arbitrary one."""
    if not len(column):
        return np.zeros(len(rows), column.dtype)
    values: NDArray[Any] = column[np.maximum(rows, 0)]
    return values


def _iso(us: int) -> str:
    # numpy's calendar has a wider range than the standard library's.
    return str(np.datetime64(us, "us")).removesuffix(".000000") + "Z"
