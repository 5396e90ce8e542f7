"""Reconciles SCADA with settlement."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from api.comparisons.aligned import Sums, is_long, stored, stored_seconds, summed, sums
from api.comparisons.asked import Asked, Reconciliation
from api.reading.session import Session
from gridfeed.domain.calendar.spans import Spans, by_seconds
from gridfeed.domain.published import memberships
from gridfeed.domain.published.accuracy import Column
from gridfeed.domain.published.aligned import UNKNOWN, Aligned
from gridfeed.domain.published.drift import shift_test
from gridfeed.domain.published.reconciled import ReconciledBy, everything, rows
from gridfeed.domain.published.reconciliation import Compared, Tolerance
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import SettlementChoice, ValueChoice
from gridfeed.domain.words import ProductionFormat, ReadingValidity

#: Settlement meters count the energy that crosses the boundary to the grid, so net comes first.
VALIDITIES = ReadingValidity.NET_METERING, ReadingValidity.TOTAL_GROSS


@dataclass(frozen=True, slots=True)
class ReconciliationQuestion:
    """The question: which values to compare, and how.

    interval_seconds: None means the shortest interval that all values fill. validity: None means
    net if both sides have it, else gross if both sides have it, else the first that each side has.
    """

    start: datetime
    end: datetime
    interval_seconds: int | None
    validity: ReadingValidity | None
    settlement: SettlementChoice
    by: ReconciledBy
    tolerance: Tolerance

    @property
    def validities(self) -> tuple[ReadingValidity, ...]:
        """Return the validities that may be compared, the preferred one first."""
        return VALIDITIES if self.validity is None else (self.validity,)


async def reconciliation(
    session: Session, found: Scope, asked: ReconciliationQuestion
) -> Reconciliation:
    """Return the comparison.

    Raises UntileableError for an interval that does not fill the days, and ValueError for a
    settlement run that no project has.
    """
    choice = ValueChoice(ProductionFormat.SETTLEMENT, settlement=asked.settlement)
    read = _in_parts if is_long(found, asked.start, asked.end) else _at_once
    sides = await read(session, found, asked, (ValueChoice(ProductionFormat.SCADA), choice))
    # In a thread, so that other requests go on: a year of intervals takes a second.
    return await asyncio.to_thread(_reconciled, session.as_of, found, asked, sides)


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both energies of consecutive intervals, by reading validity."""

    seconds: int
    spans: Spans
    scada: Sums
    settlement: Sums


Choices = tuple[ValueChoice, ValueChoice]


async def _at_once(
    session: Session, found: Scope, asked: ReconciliationQuestion, choices: Choices
) -> _Sides:
    whole = Spans.between(asked.start, asked.end)
    sides = [await stored(session, found, choice, whole) for choice in choices]

    def aligned() -> _Sides:
        every = [one for side in sides for each in side for one in each.channels.values()]
        seconds = asked.interval_seconds or memberships.common_seconds(found, every)
        spans = by_seconds(found.project.timezone, seconds, asked.start, asked.end)
        return _Sides(seconds, spans, *(sums(side, asked.validities, spans) for side in sides))

    return await asyncio.to_thread(aligned)


async def _in_parts(
    session: Session, found: Scope, asked: ReconciliationQuestion, choices: Choices
) -> _Sides:
    whole = Spans.between(asked.start, asked.end)
    formats = [choice.production_format for choice in choices]
    seconds = asked.interval_seconds or await stored_seconds(session, found, formats, whole)
    spans = by_seconds(found.project.timezone, seconds, asked.start, asked.end)
    sides = [await summed(session, found, choice, asked.validities, spans) for choice in choices]
    return _Sides(seconds, spans, *sides)


def _reconciled(
    as_of: datetime | None, found: Scope, asked: ReconciliationQuestion, sides: _Sides
) -> Reconciliation:
    (scada_validity, scada), (settlement_validity, settlement) = _values(asked.validities, sides)
    compared = _compared(found, sides.spans, scada, settlement)
    version, zone = settlement.settlement_version, ZoneInfo(found.project.timezone)
    return Reconciliation(
        asked=Asked(found, asked.start, asked.end, sides.seconds, asked.settlement.text, as_of),
        by=asked.by,
        scada_validity=scada_validity,
        settlement_validity=settlement_validity,
        tolerance=asked.tolerance,
        total=everything(compared, version, asked.tolerance),
        rows=rows(compared, version, asked.tolerance, asked.by, zone),
        shift=shift_test(compared, compared.covered(asked.tolerance)),
    )


Side = tuple[ReadingValidity, Aligned]


def _values(validities: Sequence[ReadingValidity], sides: _Sides) -> tuple[Side, Side]:
    """Return both sides, in the same validity if both have values of one."""
    scada, settlement = sides.scada, sides.settlement
    for validity in validities:
        if len(validities) == 1 or (
            scada[validity].present.any() and settlement[validity].present.any()
        ):
            return (validity, scada[validity]), (validity, settlement[validity])
    return _first(scada), _first(settlement)


def _first(side: Sums) -> Side:
    """Return the first validity that has values, or the first of all if none has."""
    found = (each for each in side.items() if each[1].present.any())
    return next(found, next(iter(side.items())))


def _compared(found: Scope, spans: Spans, scada: Aligned, settlement: Aligned) -> Compared:
    length = int((spans.end_us - spans.start_us).max(initial=0))
    # The covered time of several meters is their mean. Unknown coverage counts as full.
    meters = np.maximum(memberships.meters(found, spans), 1)
    covered = np.where(scada.coverage_us == UNKNOWN, length, scada.coverage_us // meters)
    return Compared(
        start=spans.start_us,
        length_us=length,
        scada=Column(scada.energy.astype(np.int64), scada.present),
        settlement=Column(settlement.energy.astype(np.int64), settlement.present),
        covered_us=covered,
        capacity=memberships.capacity(found, spans),
    )
