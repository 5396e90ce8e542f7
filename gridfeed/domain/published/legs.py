"""Measures how long a change took from the plant to its reader, leg by leg."""

from collections.abc import Iterator
from datetime import datetime

#: The legs of a change: from its newest reading to the broker, from there into the database, and
#: from there to its readers; and the whole way.
LEGS = (
    "observed_to_ingested",
    "ingested_to_stored",
    "stored_to_published",
    "observed_to_published",
)
#: Upper bounds in seconds, from the time of a push to that of a month-old correction.
LEG_BUCKETS = (
    *(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0),
    *(10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 86_400.0, 2_592_000.0),
)


def legs(
    t_observed: datetime | None,
    t_ingested: datetime | None,
    t_stored: datetime,
    t_published: datetime,
) -> Iterator[tuple[str, float]]:
    """Yield the legs whose two ends are known, in seconds; 0 if clocks disagree."""
    ends = (
        (t_observed, t_ingested),
        (t_ingested, t_stored),
        (t_stored, t_published),
        (t_observed, t_published),
    )
    for leg, (begin, end) in zip(LEGS, ends, strict=True):
        if begin is not None and end is not None:
            yield leg, max(0.0, (end - begin).total_seconds())
