"""Changes and pages without a database."""

from datetime import timedelta

from api.feed.audience import Audience, FeedRequest
from api.feed.page import Page
from api.reading.session import Grant
from gridfeed.storage.feed import FeedChange, FeedPage, Piece
from tests.api.builders import utc

NOON = utc("2026-03-01 12:00")
FIVE_MINUTES = timedelta(minutes=5)


def change(
    seq: int, kind: str = "UPDATED", interval: int = 0, *, meter: str = "m", project: str = "p",
    cause: str | None = "samples", delta: int | None = 1, wide: int = 1,
) -> FeedChange:  # fmt: skip
    """A change of `wide` five-minute intervals from noon's on."""
    start = NOON + interval * FIVE_MINUTES
    end = start + wide * FIVE_MINUTES
    return FeedChange(
        position=(1, seq), kind=kind, meter_id=hash(meter), meter_number=meter,
        pieces=(Piece(project, "kWh", start, end),), production_format="scada", channel="GROSS",
        interval_from=start, interval_to=end, interval_seconds=300, recorded_at=NOON, cause=cause,
        delta_microkwh=delta,
        observed_at=None, ingested_at=None,
    )  # fmt: skip


def page(*changes: FeedChange, after: int = 0, full: bool = False) -> Page:
    """A page of changes behind a sequence number."""
    end = changes[-1].position if changes else (1, after)
    return Page(FeedPage((1, after), end, (0, 0), changes, full=full), 0.0)


def audience(*projects: str, **wanted: object) -> Audience:
    """Everybody with a grant for these projects, or for all."""
    grant = Grant(1, "test", projects or None)
    return Audience.of(grant, FeedRequest(**wanted))  # type: ignore[arg-type]
