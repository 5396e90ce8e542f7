"""How the published values of a usage segment came about: one answer for API and command line."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from api.lineage.answer import (
    Lineage,
    LineageInterval,
    Recomputed,
    StreamedValue,
    compared,
    edit,
    published,
)
from api.lineage.code_version import code_version
from api.lineage.explained_inputs import EXPLAINERS, Made
from api.lineage.flags import flags
from api.lineage.interval_choice import IntervalChoice
from api.lineage.query import (
    FormerValue,
    Place,
    Span,
    TracedEdit,
    TracedMeter,
    TracedValue,
    former_values,
    streamed_values,
    traced_edits,
    traced_meter,
    traced_values,
)
from api.reading.session import Session
from api.segments.filters import SegmentName
from gridfeed.domain.calendar.instants import rfc3339
from gridfeed.domain.calendar.interval import local_day
from gridfeed.domain.vee.series import Flag
from gridfeed.domain.words import ProductionFormat

#: A page of the API ends with the interval that reaches one of these.
PAGE_INTERVALS, PAGE_SAMPLES = 500, 10_000


@dataclass(frozen=True, slots=True)
class Question:
    """Which intervals of a segment are to be explained.

    start: only intervals that start then or later. paged: stop where a page is full.
    """

    name: SegmentName
    choice: IntervalChoice
    start: datetime | None = None
    paged: bool = False


class NothingPublishedError(Exception):
    """No interval is meant. stored: how many the segment has; meter_known: whether the meter is."""

    def __init__(self, stored: int, *, timezone: str | None) -> None:
        """timezone: of the segment's day; None: the meter is unknown, or may not be seen."""
        super().__init__(f"{stored} intervals, none of them meant")
        self.stored = stored
        self.timezone = timezone


async def lineage(session: Session, question: Question) -> tuple[Lineage, datetime | None]:
    """Explain the intervals; return where the next page begins, too, None at the end.

    Raises NothingPublishedError.
    """
    meter = await traced_meter(session, question.name.meter_number)
    if meter is None:
        raise NothingPublishedError(0, timezone=None)
    chosen = [(span, await _chosen(session, span, question)) for span in _spans(meter, question)]
    page, next_start = _page([pair for pair in chosen if pair[1].meant], question)
    if not page:
        stored = sum(values.stored for _, values in chosen)
        raise NothingPublishedError(stored, timezone=meter.memberships[-1].timezone)
    intervals = [each for span, values in page for each in await _intervals(session, span, values)]
    name = question.name
    answer = Lineage(
        cds_usagesegment_id=f"{name.meter_number}:{name.production_format}:{name.local_date}"
        f":{name.interval_seconds}",
        timezone=page[0][0].membership.timezone,
        production_format=name.production_format,
        as_of=session.as_of,
        code=await code_version(session),
        intervals=intervals,
        next=None,
    )
    return answer, next_start


@dataclass(frozen=True, slots=True)
class _Chosen:
    meant: Sequence[TracedValue]
    stored: int


def _spans(meter: TracedMeter, question: Question) -> list[Span]:
    """Return the parts of the local day by the project that the meter belongs to in them."""
    name, found = question.name, []
    for membership in meter.memberships:
        try:
            day = local_day(ZoneInfo(membership.timezone), name.local_date)
        except ValueError:  # a date that the zone skipped
            continue
        start = max(day.start, membership.starts_at, question.start or day.start)
        end = min(day.end, membership.ends_at)
        if start < end:
            format_, seconds = name.production_format, name.interval_seconds
            found.append(Span(meter, membership, format_, start, end, seconds))
    return found


async def _chosen(session: Session, span: Span, question: Question) -> _Chosen:
    values, zone = await traced_values(session, span), ZoneInfo(span.membership.timezone)
    meant = [
        value for value in values if question.choice.holds(value.interval_start, span.length, zone)
    ]
    return _Chosen(meant, len(values))


def _page(
    chosen: Sequence[tuple[Span, _Chosen]], question: Question
) -> tuple[list[tuple[Span, Sequence[TracedValue]]], datetime | None]:
    """Return as many of the values as a page holds, all channels of an interval, and the rest's
    start.
    """
    if not question.paged:
        return [(span, values.meant) for span, values in chosen], None
    page: list[tuple[Span, Sequence[TracedValue]]] = []
    intervals = samples = 0
    for span, values in chosen:
        kept: list[TracedValue] = []
        for value in values.meant:
            full = intervals >= PAGE_INTERVALS or samples >= PAGE_SAMPLES
            if full and (not kept or value.interval_start > kept[-1].interval_start):
                return [*page, (span, kept)] if kept else page, value.interval_start
            kept.append(value)
            intervals, samples = intervals + 1, samples + (value.samples or 0)
        page.append((span, kept))
    return page, None


async def _intervals(
    session: Session, span: Span, values: Sequence[TracedValue]
) -> list[LineageInterval]:
    starts = [value.interval_start for value in values]
    narrowed = replace(span, start=min(starts), end=max(starts) + span.length)
    explain = await EXPLAINERS[span.production_format](session, narrowed)
    history = _History(
        session.as_of,
        await former_values(session, narrowed),
        await traced_edits(session, narrowed),
        await streamed_values(session, narrowed),
        await flags(session, narrowed),
    )
    found = []
    for value in values:
        found.append(_interval(narrowed, value, explain(value), history))
        await asyncio.sleep(0)  # others get their turn: an interval of samples takes milliseconds
    return found


@dataclass(frozen=True, slots=True)
class _History:
    as_of: datetime | None
    former: Mapping[Place, Sequence[FormerValue]]
    edits: Mapping[Place, Sequence[TracedEdit]]
    streamed: Mapping[Place, TracedValue]
    flags: Mapping[Place, Sequence[Flag]]


def _interval(span: Span, value: TracedValue, made: Made, history: _History) -> LineageInterval:
    place = value.channel, value.interval_start
    former, edits = history.former.get(place, []), history.edits.get(place, [])
    in_force = next((each for each in edits if each.ended_at is None), None)
    since = [each for each in former if history.as_of and each.replaced_at > history.as_of]
    streamed = history.streamed.get(place)
    again, notes = made.again, list(made.notes)
    if in_force:
        energy, quality = in_force.energy_microkwh, in_force.quality
        again = replace(Recomputed.of(value), energy=energy, quality=quality)
        notes.append(f"edit {in_force.edit_id} decides the value; `streamed` is the streamed value")
    elif since and span.production_format is ProductionFormat.SCADA:
        again = None
        notes.append(
            f"replaced at {rfc3339(since[-1].replaced_at)}; the arrival of samples is not recorded,"
            " so the samples shown are the present ones"
        )
    return LineageInterval(
        **compared(value, again),
        channel=value.channel,
        interval_start=value.interval_start,
        interval_end=value.interval_start + span.length,
        recorded_at=value.recorded_at,
        cause=value.cause,
        final=value.finalize_at is None,
        cds_productionproject_id=span.membership.cds_productionproject_id,
        decided_by="edit" if in_force else made.by,
        streamed=StreamedValue(**compared(streamed, made.again)) if streamed else None,
        published=published(value, [each for each in former if each not in since]),
        edits=[edit(each) for each in edits],
        flags=list(history.flags.get(place, ())),
        notes=notes,
        **made.members,
    )
