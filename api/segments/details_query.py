"""Reads the register readings and supply mixes of segments: one statement each, only if needed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import asyncpg

from api.reading.session import Session
from api.segments.details import UNKNOWN, Covering, Readings, Supply, SupplyComponent
from api.segments.segment import Segment


async def detailed(session: Session, segments: Sequence[Segment]) -> list[Segment]:
    """Return the segments with their register readings and supply mixes filled in."""
    read = await _readings(session, [each for each in segments if each.key.has_readings])
    supplies = await _supplies(session, [each for each in segments if each.key.has_supply])
    return [
        replace(
            each,
            readings=read.get(each.key.cds_usagesegment_id, ()),
            supply=supplies.get(each.key.cds_productionproject_id, UNKNOWN)
            if each.key.has_supply
            else UNKNOWN,
        )
        if each.key.has_readings or each.key.has_supply
        else each
        for each in segments
    ]


async def _readings(session: Session, segments: Sequence[Segment]) -> dict[str, list[Readings]]:
    if not segments:
        return {}
    keys = [each.key for each in segments]
    rows = await session.fetch(
        "segments/segment_readings",
        meter_number=[key.meter_number for key in keys],
        segment_start=[key.segment_start for key in keys],
        segment_end=[key.segment_end for key in keys],
        interval_seconds=[key.interval_seconds for key in keys],
    )
    found: dict[str, list[Readings]] = defaultdict(list)
    for row in rows:
        read = Readings(row["register"], row["multiplier"], row["places"], row["values"])
        found[keys[row["place"] - 1].cds_usagesegment_id].append(read)
    return found


async def _supplies(session: Session, segments: Sequence[Segment]) -> dict[str, Supply]:
    if not segments:
        return {}
    keys = [each.key for each in segments]
    rows = await session.fetch(
        "segments/segment_supplies",
        cds_productionproject_ids=list({key.cds_productionproject_id for key in keys}),
        start=min(key.segment_start for key in keys),
        end=max(key.segment_end for key in keys),
    )
    by_project: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        by_project[row["cds_productionproject_id"]].append(row)
    return {project: _supply(of_one) for project, of_one in by_project.items()}


def _supply(rows: Sequence[asyncpg.Record]) -> Supply:
    components = [
        SupplyComponent(*(row[name] for name in SupplyComponent.__slots__)) for row in rows
    ]
    first = rows[0]
    ids = first["certificate_ids"]
    times = (first["certificate_starts"] or (), first["certificate_ends"] or ())
    return Supply(components, [Covering(*each) for each in zip(ids, *times, strict=True)])
