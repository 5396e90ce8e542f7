"""How far a telemetry partition was when it computed a portion of its values."""

from dataclasses import dataclass
from datetime import datetime

from gridfeed.domain.telemetry.reach import Slots
from gridfeed.storage.source import Newest, Source


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a partition was when a publish began; more messages are handled meanwhile.

    is_whole: all changed intervals are published by it. early: the intervals whose blocks are
    stored before their checkpoint.
    """

    source: Source
    position: int
    now: datetime
    letters_offset: int
    newest: Newest | None
    checkpoint: bool
    appended_at: datetime | None
    is_whole: bool
    early: Slots
