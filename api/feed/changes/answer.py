"""A change as JSON; pure. Generation is positive here, as it was streamed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, cast

from msgspec import UNSET, Raw, UnsetType

from api.feed.part import Part
from api.web.amounts import DECIMALS, POWER_UNIT, decimal_texts
from api.web.shapes import Number, Shape, Time, as_json, means
from gridfeed.domain.calendar.instants import read_instant
from gridfeed.domain.published.feed_position import change_id
from gridfeed.storage.feed import FeedChange, FeedValue


class ChangeValue(Shape):
    """The value of an interval as a change published it."""

    interval_start: Annotated[Time, means("start of the interval")]
    energy: Annotated[Number | None, means("exact, in `units`; generation is positive")]
    mean_power: Annotated[Number | None, means("in power_units; telemetry")]
    peak_power: Annotated[Number | None, means("in power_units; telemetry")]
    p10: Annotated[Number | None, means("forecasts: quantiles of the energy, in `units`")]
    p90: Annotated[Number | None, means("as p10")]
    quality: Annotated[str | None, means("as in usage segments; null for forecasts")]
    samples: Annotated[int | None, means("telemetry: number of samples in the value")]
    coverage_seconds: Annotated[
        Number | None, means("telemetry: time of the interval that the samples cover")
    ]
    settlement_version: Annotated[int | None, means("settlement: version of the value")]
    issued_at: Annotated[Time | None, means("forecasts: when the forecast was issued")]
    recorded_at: Annotated[Time, means("when the value was written")]


class Change(Shape):
    """A change of published values, as far as the client may see it."""

    change_id: Annotated[str, means("text order is feed order")]
    kind: Annotated[str, means("CREATED, UPDATED, CORRECTED or FINALIZED")]
    meter_number: Annotated[str, means("number of the meter")]
    cds_productionproject_id: Annotated[str, means("project of the meter")]
    production_format: Annotated[str, means("as in usage segments")]
    channel: Annotated[str, means("GROSS, STATION_LOAD or NET")]
    interval_from: Annotated[Time, means("start of the first interval that changed")]
    interval_to: Annotated[
        Time,
        means(
            "end of the last interval that changed; if the meter left your project and came back,"
            " some intervals between are not yours"
        ),
    ]
    interval_seconds: Annotated[int, means("length of each interval")]
    recorded_at: Annotated[Time, means("when the values were written")]
    cause: Annotated[
        str | None,
        means(
            "first, samples, late_samples, settlement_version, reread, vintage, estimate, edit,"
            " withdrawn or measured; null: not known"
        ),
    ]
    delta_energy: Annotated[
        Number | None,
        means(
            "new energy minus former energy of the whole range; generation is positive here, unlike"
            " in usage segments; null if there was no energy before or is none now"
        ),
    ]
    units: Annotated[str, means("unit of delta_energy: Wh, kWh or MWh")]
    t_observed: Annotated[
        Time | None,
        means(
            "when the newest message that caused the change was observed (samples), read"
            " (settlement) or issued (forecasts); null if no message caused it"
        ),
    ]
    t_ingested: Annotated[
        Time | None, means("when the broker appended the newest message that caused the change")
    ]
    t_stored: Annotated[Time, means("when the values were written: recorded_at")]
    t_published: Annotated[
        Time, means("when this server sent the change; it says nothing about the value")
    ]
    coalesced: Annotated[
        int | UnsetType,
        means("number of updates of an open interval that this change replaces for a slow reader"),
    ] = UNSET
    coalesced_from: Annotated[str | UnsetType, means("change_id of the first of these updates")] = (
        UNSET
    )
    power_units: Annotated[str | UnsetType, means("with include=values: W, kW or MW")] = UNSET
    values: Annotated[
        list[ChangeValue] | UnsetType | None,
        means(
            "with include=values: the published values, except those that are no longer kept; null"
            " for more than 300 intervals: read these from usage segments"
        ),
    ] = UNSET


class ChangePage(Shape):
    """The changes that follow a cursor."""

    changes: Annotated[list[Change], means("in the order of the feed")]
    next: Annotated[str, means("value of `after` for the next request")]


CHANGE_EXAMPLE = Change(
    change_id="00000000000000000812-0000000000000000042",
    kind="CORRECTED",
    meter_number="serf-east-1",
    cds_productionproject_id="serf-east",
    production_format="scada",
    channel="GROSS",
    interval_from=read_instant("2026-03-01T07:00:00Z"),
    interval_to=read_instant("2026-03-01T07:05:00Z"),
    interval_seconds=300,
    recorded_at=read_instant("2026-03-01T08:10:01.204113Z"),
    cause="late_samples",
    delta_energy=Raw(b"-0.125"),
    units="kWh",
    t_observed=read_instant("2026-03-01T07:03:12.5Z"),
    t_ingested=read_instant("2026-03-01T08:10:00.731Z"),
    t_stored=read_instant("2026-03-01T08:10:01.204113Z"),
    t_published=read_instant("2026-03-01T08:10:01.391852Z"),
)
EXAMPLE = ChangePage(changes=[CHANGE_EXAMPLE], next=CHANGE_EXAMPLE.change_id)


def change_seen(
    change: FeedChange, part: Part, delta_microkwh: int | None, published_at: datetime
) -> Change:
    """Return a change as far as one sees it, without values.

    delta_microkwh: of the whole change, left out where a part is seen. published_at:
    when this server hands it out.
    """
    shown = delta_microkwh if part.is_whole(change) else None
    (delta,) = _numbers([shown], DECIMALS[part.units])
    return Change(
        change_id=change_id(change.position),
        kind=change.kind,
        meter_number=change.meter_number,
        cds_productionproject_id=part.cds_productionproject_id,
        production_format=change.production_format,
        channel=change.channel,
        interval_from=part.interval_from,
        interval_to=part.interval_to,
        interval_seconds=change.interval_seconds,
        recorded_at=change.recorded_at,
        cause=change.cause,
        delta_energy=delta,
        units=part.units,
        t_observed=change.observed_at,
        t_ingested=change.ingested_at,
        t_stored=change.recorded_at,
        t_published=published_at,
    )


def give_values(change: Change, values: Sequence[FeedValue] | None, part: Part) -> None:
    """Give a change the values of the part's intervals, exact; `values` is null when not known."""
    if values is None:
        change.values = None
        return
    within, decimals = list(part.of(values)), DECIMALS[part.units]
    numbers = zip(
        _numbers((value.energy_microkwh for value in within), decimals),
        _numbers((value.mean_microkw for value in within), decimals),
        _numbers((value.peak_microkw for value in within), decimals),
        _numbers((value.p10_microkwh for value in within), decimals),
        _numbers((value.p90_microkwh for value in within), decimals),
        _numbers((value.coverage_us for value in within), 6),
        strict=True,
    )
    change.power_units = POWER_UNIT[part.units]
    change.values = [
        ChangeValue(
            interval_start=value.interval_start,
            energy=energy,
            mean_power=mean,
            peak_power=peak,
            p10=p10,
            p90=p90,
            quality=value.quality,
            samples=value.samples,
            coverage_seconds=coverage,
            settlement_version=value.settlement_version,
            issued_at=value.issued_at,
            recorded_at=value.recorded_at,
        )
        for value, (energy, mean, peak, p10, p90, coverage) in zip(within, numbers, strict=True)
    ]


def feed(changes: Sequence[bytes], next_cursor: str) -> bytes:
    """Return the JSON text of an answer with changes, each JSON text itself."""
    made = cast("list[Change]", [Raw(change) for change in changes])
    return as_json(ChangePage(changes=made, next=next_cursor))


def _numbers(amounts: Iterable[int | None], decimals: int) -> list[Raw]:
    return [Raw(text) for text in decimal_texts(amounts, decimals)]
