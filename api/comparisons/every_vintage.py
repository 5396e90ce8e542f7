"""Reads all vintages of a forecast, each one separately."""

from collections.abc import Sequence

import asyncpg
import numpy as np

from api.reading.session import Session
from api.segments.filters import EARLIEST, LATEST
from gridfeed.domain.calendar.instants import SECOND_US, instant
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.accuracy import Column
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.vintages import VintageRows, mean_energies
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import ProductionFormat

#: A month of quarter hours, forecast every hour for two days ahead, has 143,000 rows.
MOST_ROWS = 300_000


class TooManyVintagesError(ValueError):
    """There are more rows than can be scored at once."""


async def vintage_rows(
    session: Session, found: Scope, product: ProductionFormat, spans: Spans, model: str | None
) -> VintageRows:
    """Return every vintage of every interval in the spans. Raises TooManyVintagesError."""
    memberships = found.memberships if len(spans) else ()
    rows = await session.fetch(
        "comparisons/every_vintage",
        membership=list(range(len(memberships))),
        meter_id=[membership.meter_id for membership in memberships],
        starts_at=[membership.starts_at or EARLIEST for membership in memberships],
        ends_at=[membership.ends_at or LATEST for membership in memberships],
        production_format=product,
        earliest=instant(int(spans.start_us[0])) if memberships else EARLIEST,
        latest=instant(int(spans.end_us[-1])) if memberships else EARLIEST,
        limit=MOST_ROWS + 1,
        model=model,
    )
    if sum(row["rows"] for row in rows) > MOST_ROWS:
        raise TooManyVintagesError(
            f"more than {MOST_ROWS} forecast intervals of all vintages; ask for a shorter range"
        )
    return _columns(rows)


def _columns(rows: Sequence[asyncpg.Record]) -> VintageRows:
    def column(name: str) -> Int64:
        return np.frombuffer(b"".join(row[name] for row in rows), ">i8").astype(np.int64)

    seconds = column("interval_seconds")
    return VintageRows(
        start_us=column("start_us"),
        length_us=seconds * SECOND_US,
        issued_at_us=column("issued_at_us"),
        model=column("model"),
        energy=mean_energies(column("power"), seconds),
        p10=Column(mean_energies(column("p10"), seconds), column("has_p10").astype(np.bool_)),
        p90=Column(mean_energies(column("p90"), seconds), column("has_p90").astype(np.bool_)),
    )
