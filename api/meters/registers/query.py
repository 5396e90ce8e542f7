"""A meter's register reads, the energies between them, and the sums of its intervals."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby

import asyncpg

from api.meters.registers.shapes import MeterRegisters, Register, StoredRead
from api.reading.session import Session
from gridfeed.domain.settlement.register_check import IntervalSum, check
from gridfeed.domain.settlement.registers import DialRead, energies, instants
from gridfeed.domain.words import Channel, ProductionFormat

#: The most reads of one request: a hundred days of quarter-hours.
MOST_READS = 10_000

#: Interval sums by register and by the number of the period between two reads, from 1.
_SumsOf = Mapping[tuple[str, int], dict[tuple[ProductionFormat, Channel], IntervalSum]]


class TooManyReadsError(Exception):
    """The range has more than MOST_READS reads."""


async def registers(
    session: Session, meter_number: str, start: datetime, end: datetime
) -> MeterRegisters | None:
    """Return the reads in [start, end], both included; None if there is no such meter.

    Raises TooManyReadsError.
    """
    meters = await session.fetch("meters/register_meter", meter_number=meter_number)
    if not meters:
        return None
    meter = meters[0]
    rows = await session.fetch(
        "meters/register_reads",
        meter_id=meter["meter_id"],
        start=start,
        end=end,
        limit=MOST_READS + 1,
    )
    if len(rows) > MOST_READS:
        raise TooManyReadsError
    placed = await _intervals(session, meter["meter_id"], rows)
    # In a thread, so that other requests go on: 10,000 reads take 0.3 s.
    found = await asyncio.to_thread(_registers, rows, placed, meter["capacity_kw"])
    return MeterRegisters(meter_number, meter["units"], session.as_of, found)


async def _intervals(
    session: Session, meter_id: int, rows: Sequence[asyncpg.Record]
) -> Sequence[asyncpg.Record]:
    if not rows:
        return []
    names, at = [row["register"] for row in rows], [row["read_at"] for row in rows]
    return await session.fetch(
        "meters/register_intervals",
        meter_id=meter_id,
        register=names,
        read_at=at,
        earliest=min(at),
        latest=max(at),
    )


def _registers(
    rows: Sequence[asyncpg.Record], placed: Sequence[asyncpg.Record], capacity_kw: Decimal
) -> list[Register]:
    sums = _interval_sums(placed)
    return [
        _register(name, list(of_one), capacity_kw, sums)
        for name, of_one in groupby(rows, lambda row: row["register"])
    ]


def _interval_sums(placed: Sequence[asyncpg.Record]) -> _SumsOf:
    found: dict[tuple[str, int], dict[tuple[ProductionFormat, Channel], IntervalSum]]
    found = defaultdict(lambda: defaultdict(IntervalSum))
    for row in placed:
        series = ProductionFormat(row["production_format"]), Channel(row["channel"])
        if row["starts_in"] == row["ends_in"]:
            whole = found[row["register"], row["starts_in"]][series]
            whole.energy_microkwh += int(row["energy_microkwh"])
            whole.seconds += row["seconds"]
        else:
            for period in range(row["starts_in"], row["ends_in"] + 1):
                found[row["register"], period][series].partial = True
    return found


def _register(
    name: str, rows: Sequence[asyncpg.Record], capacity_kw: Decimal, sums: _SumsOf
) -> Register:
    reads = [StoredRead(_dials(row), row["recorded_at"]) for row in rows]
    by_instant = instants(each.read for each in reads)
    counted = enumerate(energies(by_instant, capacity_kw), start=1)
    checked = [(energy, check(energy, sums.get((name, place), {}))) for place, energy in counted]
    return Register(name, reads, by_instant, checked)


def _dials(row: asyncpg.Record) -> DialRead:
    arrival = row["source_id"], row["kafka_offset"]
    return DialRead(row["read_at"], row["digits"], row["multiplier"], row["value"], arrival)
