"""Validation of one meter's published values, computed on request."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from api.comparisons.validation.shapes import Energies, PlantMeter, Validation
from api.meters.registers.query import TooManyReadsError, registers
from api.reading.session import Session
from api.segments.filters import held
from gridfeed.domain.calendar.instants import SECOND_US, instant, microseconds
from gridfeed.domain.settlement.register_check import CheckStatus
from gridfeed.domain.vee.checks import DEFAULTS
from gridfeed.domain.vee.findings import MARGIN, Finding, findings
from gridfeed.domain.vee.series import IntervalRow, plant_of
from gridfeed.domain.words import Channel, ProductionFormat

#: Registers are read at least once a month, so the reads around a span lie at most this far off.
REGISTER_MARGIN = timedelta(days=35)


async def plant_meter(session: Session, meter_number: str) -> PlantMeter | None:
    """Return the meter of that number; None if it does not exist or is not granted."""
    rows = await session.fetch("comparisons/validation_meter", meter_number=meter_number)
    if not rows:
        return None
    (row,) = rows
    return PlantMeter(
        row["meter_id"],
        meter_number,
        ZoneInfo(row["timezone"]),
        row["interval_seconds"],
        row["units"],
        plant_of(dict(row)),
        list(zip(row["starts"], row["ends"], strict=True)),
    )


async def energies(
    session: Session,
    meter: PlantMeter,
    production_format: ProductionFormat,
    span: tuple[datetime, datetime],
) -> Energies:
    """Return the energies of the intervals that start in the span [start, end)."""
    values: dict[Channel, list[IntervalRow]] = defaultdict(list)
    estimates: dict[Channel, set[int]] = defaultdict(set)
    start, end = span
    rows = await session.fetch(
        "comparisons/validation_values",
        meter_id=meter.meter_id,
        production_format=production_format,
        start=start,
        end=end,
    )
    for row in rows:
        channel, start_us = Channel(row["channel"]), microseconds(row["interval_start"])
        length = row["interval_seconds"] * SECOND_US
        values[channel].append((start_us, length, row["energy_microkwh"]))
        if row["estimate"]:
            estimates[channel].add(start_us)
    return Energies(values, estimates)


async def validation(
    session: Session,
    meter: PlantMeter,
    production_format: ProductionFormat,
    span: tuple[datetime, datetime],
) -> Validation:
    """Check the intervals in the span [start, end) that have ended."""
    start, end = held(span[0]), held(span[1])
    until = min(end, session.as_of or session.opened_at)
    found = await energies(session, meter, production_format, (start - MARGIN, end + MARGIN))
    mismatches = await _register_mismatches(session, meter, production_format, (start, end))
    bounds = microseconds(start), microseconds(until)
    # In a thread, so that other requests go on: a hundred days take half a second.
    flagged = await asyncio.to_thread(findings, found.values, meter.plant, bounds, mismatches)
    own = [each for each in flagged if _belongs(meter, each)]
    return Validation(meter, production_format, *span, until, session.as_of, DEFAULTS, own)


def _belongs(meter: PlantMeter, each: Finding) -> bool:
    start = instant(each.start_us)
    return any(since <= start < until for since, until in meter.memberships)


async def _register_mismatches(
    session: Session,
    meter: PlantMeter,
    production_format: ProductionFormat,
    span: tuple[datetime, datetime],
) -> list[tuple[int, int]]:
    """Return the spans between register reads whose intervals sum to another energy."""
    start, end = span
    try:
        found = await registers(
            session, meter.meter_number, start - REGISTER_MARGIN, end + REGISTER_MARGIN
        )
    except TooManyReadsError:  # reads are so frequent that the span alone suffices
        found = await registers(session, meter.meter_number, start, end)
    return [
        (microseconds(counted.start), microseconds(counted.end))
        for register in (found.registers if found else ())
        for counted, check in register.energies
        if check.status is CheckStatus.DIFFERS and check.production_format is production_format
    ]
