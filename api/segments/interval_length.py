"""The length that the values of usage segments are summed to."""

from typing import Annotated

from api.reading.session import Session
from api.segments.filters import SegmentFilters
from api.web.parameters import Parameters, integer, told

LONGEST_SECONDS = 86_400

Interval = Annotated[
    int | None,
    integer(1, LONGEST_SECONDS),
    told(
        "Sum the values to intervals of this many seconds, counted from local midnight; it must be"
        " a multiple of a project's base interval. Days of 23 or 25 hours that this length does not"
        " divide have shorter intervals, which divide both. Energy is the exact sum, average power"
        " is weighted by time, a peak is the largest, the quality is the least trusted one of the"
        " parts. An interval is null if a part has no value. Quantiles cannot be summed and are"
        " left out, like segments whose own interval does not divide this length. Ids end in the"
        " new length: send them with interval. Default: values as they are stored.",
        3600,
    ),
]


async def refuse_unfit(asked: Parameters, session: Session, filters: SegmentFilters) -> None:
    """Raise ProblemError 400 if the interval is not a multiple of any requested base interval."""
    if filters.interval is None:
        return
    rows = await session.fetch(
        "segments/base_intervals",
        cds_productionproject_ids=filters.cds_productionproject_ids,
        meter_numbers=filters.meter_numbers,
        cds_meterdevice_ids=filters.cds_meterdevice_ids,
    )
    known = [row["interval_seconds"] for row in rows]
    if known and all(filters.interval % base for base in known):
        bases = ", ".join(map(str, known))
        raise asked.refused(
            "interval",
            f"{filters.interval} is not a multiple of a base interval of the projects asked for"
            f" ({bases}); give a multiple of one of them",
        )
