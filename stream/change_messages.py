"""Turns changes of the feed into messages of `segments.changes`."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from gridfeed.avro.encode import encode_change
from gridfeed.domain.published.feed_position import change_id
from gridfeed.domain.settlement.messages import SegmentChange
from gridfeed.domain.words import ChangeKind, Channel, ProductionFormat
from gridfeed.storage.feed import FeedChange

#: A key and a value.
Message: TypeAlias = tuple[bytes, bytes]


def messages(changes: Sequence[FeedChange], published_at: datetime) -> list[Message]:
    """Return the changes in order, keyed by meter; skips changes that belong to no project."""
    return [
        (change.meter_number.encode(), encode_change(as_message(change, published_at)))
        for change in changes
        if change.pieces
    ]


def as_message(change: FeedChange, published_at: datetime) -> SegmentChange:
    """Return a whole change as a message, with the project of the change's first interval."""
    return SegmentChange(
        change_id=change_id(change.position),
        kind=ChangeKind(change.kind),
        meter_number=change.meter_number,
        cds_productionproject_id=change.pieces[0].cds_productionproject_id,
        production_format=ProductionFormat(change.production_format),
        channel=Channel(change.channel),
        interval_from=change.interval_from,
        interval_to=change.interval_to,
        interval_seconds=change.interval_seconds,
        recorded_at=change.recorded_at,
        cause=change.cause,
        delta_microkwh=change.delta_microkwh,
        t_observed=change.observed_at,
        t_ingested=change.ingested_at,
        t_published=published_at,
    )
