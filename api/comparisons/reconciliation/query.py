"""Reconciles SCADA with settlement."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from api.comparisons.aligned import stored
from api.comparisons.asked import Asked, Reconciliation
from api.reading.session import Session
from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.calendar.spans import Spans, by_seconds
from gridfeed.domain.published import memberships
from gridfeed.domain.published.accuracy import Column
from gridfeed.domain.published.aligned import UNKNOWN, Aligned
from gridfeed.domain.published.drift import shift_test
from gridfeed.domain.published.meter_values import MembershipValues, by_meter
from gridfeed.domain.published.reconciled import ReconciledBy, everything, rows
from gridfeed.domain.published.reconciliation import Compared, Tolerance
from gridfeed.domain.published.resample import added
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


async def reconciliation(
    session: Session, found: Scope, asked: ReconciliationQuestion
) -> Reconciliation:
    """Return the comparison.

    Raises UntileableError for an interval that does not fill the days, and ValueError for a
    settlement run that no project has.
    """
    whole = Spans(np.array([microseconds(asked.start)]), np.array([microseconds(asked.end)]))
    choice = ValueChoice(ProductionFormat.SETTLEMENT, settlement=asked.settlement)
    scada = await stored(session, found, ValueChoice(ProductionFormat.SCADA), whole)
    settlement = await stored(session, found, choice, whole)
    # In a thread, so that other requests go on: a year of intervals takes a second.
    return await asyncio.to_thread(_reconciled, session.as_of, found, asked, (scada, settlement))


Sides = tuple[list[MembershipValues], list[MembershipValues]]


def _reconciled(
    as_of: datetime | None, found: Scope, asked: ReconciliationQuestion, sides: Sides
) -> Reconciliation:
    every = [one for side in sides for each in side for one in each.channels.values()]
    seconds = asked.interval_seconds or memberships.common_seconds(found, every)
    spans = by_seconds(found.project.timezone, seconds, asked.start, asked.end)
    (scada_validity, scada), (settlement_validity, settlement) = _values(asked, sides, spans)
    compared = _compared(found, spans, scada, settlement)
    version, zone = settlement.settlement_version, ZoneInfo(found.project.timezone)
    return Reconciliation(
        asked=Asked(found, asked.start, asked.end, seconds, asked.settlement.text, as_of),
        by=asked.by,
        scada_validity=scada_validity,
        settlement_validity=settlement_validity,
        tolerance=asked.tolerance,
        total=everything(compared, version, asked.tolerance),
        rows=rows(compared, version, asked.tolerance, asked.by, zone),
        shift=shift_test(compared, compared.covered(asked.tolerance)),
    )


Side = tuple[ReadingValidity, Aligned]


def _values(asked: ReconciliationQuestion, sides: Sides, spans: Spans) -> tuple[Side, Side]:
    """Return both sides, in the same validity if both have values of one."""
    validities = VALIDITIES if asked.validity is None else (asked.validity,)
    scada, settlement = (
        {validity: _sum(side, validity, spans) for validity in validities} for side in sides
    )
    for validity in validities:
        if len(validities) == 1 or (
            scada[validity].present.any() and settlement[validity].present.any()
        ):
            return (validity, scada[validity]), (validity, settlement[validity])
    return _first(scada), _first(settlement)


def _sum(side: list[MembershipValues], validity: ReadingValidity, spans: Spans) -> Aligned:
    return added([each.values for each in by_meter(side, validity, spans)], len(spans))


def _first(side: dict[ReadingValidity, Aligned]) -> Side:
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
