"""A change as JSON; pure. Generation is positive here, as it was streamed."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from api.feed.part import Part
from api.web.amounts import DECIMALS, POWER_UNIT, decimal_texts
from api.web.page import JSON_OPTIONS
from gridfeed.domain.published.feed_position import change_id
from gridfeed.storage.feed import FeedChange, FeedValue

Members = dict[str, object]


def change_members(
    change: FeedChange, part: Part, delta_microkwh: int | None, published_at: datetime
) -> Members:
    """Return the members of a change as far as one sees it.

    delta_microkwh: of the whole change, left out where a part is seen. published_at:
    when this server hands it out.
    """
    shown = delta_microkwh if part.is_whole(change) else None
    (delta,) = decimal_texts([shown], DECIMALS[part.units])
    return {
        "change_id": change_id(change.position),
        "kind": change.kind,
        "meter_number": change.meter_number,
        "cds_productionproject_id": part.cds_productionproject_id,
        "production_format": change.production_format,
        "channel": change.channel,
        "interval_from": part.interval_from,
        "interval_to": part.interval_to,
        "interval_seconds": change.interval_seconds,
        "recorded_at": change.recorded_at,
        "cause": change.cause,
        "delta_energy": orjson.Fragment(delta),
        "units": part.units,
        "t_observed": change.observed_at,
        "t_ingested": change.ingested_at,
        "t_stored": change.recorded_at,
        "t_published": published_at,
    }


def value_members(values: Sequence[FeedValue] | None, part: Part) -> Members:
    """Return the values of the part's intervals, exact; `values` is null when not known."""
    if values is None:
        return {"values": None}
    within = list(part.of(values))
    decimals = DECIMALS[part.units]

    def texts(name: str) -> list[orjson.Fragment]:
        amounts = [getattr(value, name) for value in within]
        return [orjson.Fragment(text) for text in decimal_texts(amounts, decimals)]

    energy, p10, p90 = texts("energy_microkwh"), texts("p10_microkwh"), texts("p90_microkwh")
    mean, peak = texts("mean_microkw"), texts("peak_microkw")
    coverage = decimal_texts([value.coverage_us for value in within], 6)
    rows = [
        {
            "interval_start": value.interval_start,
            "energy": energy[place],
            "mean_power": mean[place],
            "peak_power": peak[place],
            "p10": p10[place],
            "p90": p90[place],
            "quality": value.quality,
            "samples": value.samples,
            "coverage_seconds": orjson.Fragment(coverage[place]),
            "settlement_version": value.settlement_version,
            "issued_at": value.issued_at,
            "recorded_at": value.recorded_at,
        }
        for place, value in enumerate(within)
    ]
    return {"power_units": POWER_UNIT[part.units], "values": rows}


def as_json(members: Members) -> bytes:
    """Return the JSON text of members."""
    return orjson.dumps(members, option=JSON_OPTIONS)


def feed(changes: Sequence[bytes], next_cursor: str) -> bytes:
    """Return the JSON text of an answer with changes, each JSON text itself."""
    return b'{"changes":[%s],"next":"%s"}' % (b",".join(changes), next_cursor.encode())
