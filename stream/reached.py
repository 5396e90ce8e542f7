"""Where a partition of telemetry stood when a portion of its values was computed."""

from dataclasses import dataclass
from datetime import datetime

from gridfeed.domain.telemetry.reach import Slots
from gridfeed.storage.source import Newest, Source


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a partition was when a publish began; more messages are taken in while it lasts.

    is_whole: all changed intervals are among those published. early: those whose blocks are stored
    before their checkpoint.
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
