"""Scores forecasts against the observed energies."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from api.comparisons.aligned import Sums, is_long, stored, stored_seconds, summed, sums
from api.comparisons.asked import Accuracy, Asked
from api.comparisons.every_vintage import vintage_rows
from api.reading.session import Session
from gridfeed.domain.calendar.grouping import Grouping
from gridfeed.domain.calendar.instants import SECOND_US, instant, microseconds
from gridfeed.domain.calendar.interval import ONE_DAY
from gridfeed.domain.calendar.spans import Spans, by_seconds
from gridfeed.domain.published import memberships
from gridfeed.domain.published.accuracy import Bools, Column
from gridfeed.domain.published.aligned import UNKNOWN, Aligned, Expected, Intervals
from gridfeed.domain.published.meter_values import MembershipValues, by_meter
from gridfeed.domain.published.reference import earliest_needed
from gridfeed.domain.published.resample import added
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.scoring import NO_VERSION, NOTHING, Forecasts, Truth, score
from gridfeed.domain.published.selection import SettlementChoice, ValueChoice, VintageRule
from gridfeed.domain.published.vintages import VintageRows, every_vintage
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.vee.daylight import Sun
from gridfeed.domain.words import ProductionFormat, ReadingValidity

#: Persistence reads observations from at most this long before the range. Forecasts that were
#: issued earlier have no reference.
LONGEST_LOOKBACK = timedelta(days=9)
#: Forecasts predict gross generation, so they are scored against gross, or against net where only
#: net is known.
TRUTH_VALIDITIES = ReadingValidity.TOTAL_GROSS, ReadingValidity.NET_METERING


@dataclass(frozen=True, slots=True)
class AccuracyQuestion:
    """The question: which forecasts to score, against which observations, and how.

    interval_seconds: None means the shortest interval that all values fill. validity: None means
    gross, or net where there is no gross. vintage: None means every vintage, each at its own lead.
    daylight: the sun, if only intervals with daylight count.
    """

    start: datetime
    end: datetime
    interval_seconds: int | None
    product: ProductionFormat
    truth: ProductionFormat
    validity: ReadingValidity | None
    settlement: SettlementChoice
    vintage: VintageRule | None
    model: str | None
    by: Grouping
    daylight: Sun | None

    @property
    def validities(self) -> tuple[ReadingValidity, ...]:
        """Return the validities that observations may have, the preferred one first."""
        return TRUTH_VALIDITIES if self.validity is None else (self.validity,)


async def accuracy(session: Session, found: Scope, asked: AccuracyQuestion) -> Accuracy:
    """Return the score.

    Raises UntileableError for an interval that does not fill the days, TooManyVintagesError, and
    ValueError for a settlement run that no project has.
    """
    if asked.vintage is not None and is_long(found, asked.start, asked.end):
        return await _in_parts(session, found, asked, asked.vintage)
    forecasts = await _forecasts(session, found, asked, Spans.between(asked.start, asked.end))
    # One day more than the stored intervals need, since they may be summed to longer rows.
    earliest = max(forecasts.earliest(asked.start), asked.start - LONGEST_LOOKBACK)
    since = earliest - ONE_DAY
    chosen = ValueChoice(asked.truth, settlement=asked.settlement)
    observed = await stored(session, found, chosen, Spans.between(since, asked.end))
    # In a thread, so that other requests go on: the scores of a year take a second.
    read = _Read(found, asked, session.as_of, since)
    return await asyncio.to_thread(_at_once, read, forecasts, observed)


async def _in_parts(
    session: Session, found: Scope, asked: AccuracyQuestion, vintage: VintageRule
) -> Accuracy:
    """Read forecasts and observations window by window: those of all meters do not fit at once."""
    read = _Read(found, asked, session.as_of, asked.start - LONGEST_LOOKBACK - ONE_DAY)
    whole = Spans.between(read.since, asked.end)
    seconds = asked.interval_seconds or await stored_seconds(
        session, found, [asked.product, asked.truth], whole
    )
    scored, observed = read.spans(asked.start, seconds), read.spans(read.since, seconds)
    product = ValueChoice(asked.product, vintage=vintage)
    issued = await summed(session, found, product, [ReadingValidity.TOTAL_GROSS], scored)
    truth = ValueChoice(asked.truth, settlement=asked.settlement)
    values = await summed(session, found, truth, asked.validities, observed)
    vintages = _issued(issued[ReadingValidity.TOTAL_GROSS], scored)
    return await asyncio.to_thread(_scored, read, seconds, values, vintages)


@dataclass(frozen=True, slots=True)
class _Stored:
    """Stored forecasts: values of one vintage per interval, or rows of every vintage."""

    values: list[MembershipValues]
    rows: VintageRows | None

    def intervals(self) -> list[Intervals]:
        if self.rows is not None:
            return [Intervals.of(self.rows.start_us, self.rows.length_us, self.rows.energy)]
        return [channel for each in self.values for channel in each.channels.values()]

    def earliest(self, start: datetime) -> datetime:
        """Return the earliest instant at which persistence needs observations, at most `start`."""
        needed = [start]
        for found in self.intervals():
            issued_at = found.issued_at_us if self.rows is None else self.rows.issued_at_us
            known = issued_at != UNKNOWN
            length = int(found.length_us.max(initial=0))
            earliest = earliest_needed(found.start_us[known], length, issued_at[known])
            if earliest is not None:
                needed.append(instant(earliest))
        return min(needed)


@dataclass(frozen=True, slots=True)
class _Read:
    """The question and what it is asked of. since: start of the observations that are read."""

    found: Scope
    asked: AccuracyQuestion
    as_of: datetime | None
    since: datetime

    def spans(self, start: datetime, seconds: int) -> Spans:
        """Return the intervals from an instant to the end of the question."""
        return by_seconds(self.found.project.timezone, seconds, start, self.asked.end)


async def _forecasts(
    session: Session, found: Scope, asked: AccuracyQuestion, whole: Spans
) -> _Stored:
    if asked.vintage is None:
        return _Stored([], await vintage_rows(session, found, asked.product, whole, asked.model))
    chosen = ValueChoice(asked.product, vintage=asked.vintage)
    return _Stored(await stored(session, found, chosen, whole), None)


def _at_once(read: _Read, forecasts: _Stored, observed: list[MembershipValues]) -> Accuracy:
    found, asked = read.found, read.asked
    every = forecasts.intervals()
    every += [channel for each in observed for channel in each.channels.values()]
    seconds = asked.interval_seconds or memberships.common_seconds(found, every)
    values = sums(observed, asked.validities, read.spans(read.since, seconds))
    vintages = _vintages(found, forecasts, read.spans(asked.start, seconds))
    return _scored(read, seconds, values, vintages)


def _scored(read: _Read, seconds: int, observed: Sums, vintages: Forecasts) -> Accuracy:
    found, asked = read.found, read.asked
    validity, truth = _truth(read, seconds, observed)
    zone = ZoneInfo(found.project.timezone)
    groups = score(truth, vintages, asked.product, asked.by, zone)
    everything = score(truth, vintages, asked.product, Grouping.NONE, zone)
    rule = asked.vintage
    return Accuracy(
        asked=Asked(found, asked.start, asked.end, seconds, asked.settlement.text, read.as_of),
        by=asked.by,
        product=asked.product,
        truth=asked.truth,
        truth_validity=validity,
        vintage="all" if rule is None else rule.text,
        model=asked.model,
        daylight_only=asked.daylight is not None,
        total=everything[0] if everything else NOTHING,
        groups=groups if asked.by is not Grouping.NONE else (),
    )


def _truth(read: _Read, seconds: int, observed: Sums) -> tuple[ReadingValidity, Truth]:
    """Return the first validity that has observations, and its observations from `since` on."""
    found, asked, spans = read.found, read.asked, read.spans(read.since, seconds)
    scored = spans.start_us >= microseconds(asked.start)
    known = (word for word, each in observed.items() if each.present[scored].any())
    validity = next(known, asked.validities[0])
    values = observed[validity]
    truth = Truth(
        start=spans.start_us,
        length_us=seconds * SECOND_US,
        observed=Column(values.energy.astype(np.int64), values.present),
        estimated=values.estimated > 0,
        version=np.where(values.present, values.settlement_version, NO_VERSION),
        capacity=memberships.capacity(found, spans),
        scored=_lit(asked.daylight, spans, scored),
    )
    return validity, truth


def _lit(sun: Sun | None, spans: Spans, scored: Bools) -> Bools:
    """Return which scored spans have daylight; without a sun, all scored spans."""
    if sun is None:
        return scored
    lit = scored.copy()
    for place in np.flatnonzero(scored):
        lit[place] = not sun.stays_below(0, int(spans.start_us[place]), int(spans.end_us[place]))
    return lit


def _vintages(found: Scope, forecasts: _Stored, spans: Spans) -> Forecasts:
    if forecasts.rows is not None:
        return every_vintage(forecasts.rows, spans, _expected(found, forecasts.rows, spans))
    by_meters = by_meter(forecasts.values, ReadingValidity.TOTAL_GROSS, spans)
    return _issued(added([each.values for each in by_meters], len(spans)), spans)


def _issued(values: Aligned, spans: Spans) -> Forecasts:
    known = values.present & (values.issued_at_us != UNKNOWN)
    return Forecasts(
        start=spans.start_us[known],
        issued_at=values.issued_at_us[known],
        energy=values.energy[known].astype(np.int64),
        p10=Column(values.p10[known].astype(np.int64), values.has_p10[known]),
        p90=Column(values.p90[known].astype(np.int64), values.has_p90[known]),
    )


def _expected(found: Scope, rows: VintageRows, spans: Spans) -> Int64:
    """Return, for each span, the time that the intervals of all meters together should fill."""
    time = np.zeros(len(spans), np.int64)
    unit_us = int(rows.length_us.min(initial=found.project.interval_seconds * SECOND_US))
    for membership in found.memberships:
        periods = MembershipValues(membership, {}).expected(ReadingValidity.TOTAL_GROSS, unit_us)
        time += Expected(tuple(periods), unit_us).within(spans)
    return time
