"""Raw samples of one meter, decoded from their blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.reading.session import Session
from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.telemetry.block import decode
from gridfeed.domain.telemetry.samples import Samples
from gridfeed.domain.words import Channel


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Sample blocks that touch [start, end). next_start: the start of the next page, or None."""

    meter_number: str
    start: datetime
    end: datetime
    blocks: Sequence[tuple[Channel, Samples]]
    next_start: datetime | None


#: A page ends with the interval that brings it to this many samples.
PAGE_SAMPLES = 10_000


async def samples(
    session: Session, meter_number: str, start: datetime, end: datetime
) -> Telemetry | None:
    """Return the samples of intervals that touch [start, end); None if there is no such meter."""
    rows = await session.fetch(
        "meters/sample_blocks",
        meter_number=meter_number,
        start=start,
        end=end,
        most_samples=PAGE_SAMPLES,
    )
    if not rows:
        return None
    blocks = [
        (
            Channel(row["channel"]),
            decode(row["block"], microseconds(row["interval_start"]), row["source_id"]),
        )
        for row in rows
        if row["block"] is not None
    ]
    return Telemetry(meter_number, start, end, blocks, rows[0]["next_start"])
