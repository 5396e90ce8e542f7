"""How old changes are on each leg of their way when this process pushes them."""

from collections.abc import Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram

from gridfeed.domain.published.legs import LEG_BUCKETS, LEGS, legs
from gridfeed.storage.feed import FeedChange


class ChangeLegs:
    """One observation a change and leg, however many connections it goes to."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Declare the histogram in a registry."""
        seconds = Histogram(
            "gridfeed_change_leg_seconds",
            "Time of a change on each leg of its way, measured when it was sent",
            ["leg"],
            buckets=LEG_BUCKETS,
            registry=registry,
        )
        self._legs = {leg: seconds.labels(leg) for leg in LEGS}

    def observe(self, changes: Sequence[FeedChange], published_at: datetime) -> None:
        """Note changes that are handed out now for the first time."""
        for change in changes:
            times = change.observed_at, change.ingested_at, change.recorded_at, published_at
            for leg, seconds in legs(*times):
                self._legs[leg].observe(seconds)
