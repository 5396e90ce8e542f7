"""What validation finds in the intervals of a span."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from api.lineage.query import Place, Span
from api.reading.session import Session
from gridfeed.domain.calendar.instants import SECOND_US, instant, microseconds
from gridfeed.domain.vee.findings import MARGIN, findings
from gridfeed.domain.vee.series import Flag, IntervalRow
from gridfeed.domain.words import Channel, ProductionFormat

#: Forecasts may be wrong; only what claims to have been measured is checked.
CHECKED = {ProductionFormat.SCADA, ProductionFormat.SETTLEMENT}


async def flags(session: Session, span: Span) -> Mapping[Place, Sequence[Flag]]:
    """Return the flags of every interval of the span in which something was found."""
    if span.production_format not in CHECKED:
        return {}
    values: dict[Channel, list[IntervalRow]] = defaultdict(list)
    for row in await session.fetch(
        "lineage/lineage_energies",
        meter_id=span.meter.meter_id,
        production_format=span.production_format,
        start=span.start - MARGIN,
        end=span.end + MARGIN,
    ):
        start, length = microseconds(row["interval_start"]), row["interval_seconds"] * SECOND_US
        values[Channel(row["channel"])].append((start, length, row["energy_microkwh"]))
    bounds = microseconds(span.start), microseconds(span.end)
    return {
        (finding.channel, instant(finding.start_us)): finding.flags
        for finding in findings(values, span.membership.plant, bounds)
        if finding.flags
    }
