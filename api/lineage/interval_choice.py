"""Which intervals of a segment are meant: all, those at a local time of day, one at an instant."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridfeed.domain.calendar.instants import read_instant

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?", re.ASCII)


class IntervalChoice:
    """Reads "12:05", "12:05:30" or an instant with an offset; None means every interval."""

    def __init__(self, text: str | None) -> None:
        """Read the text. Raises ValueError."""
        self.text = text
        self._clock = time.fromisoformat(text) if text and _CLOCK.fullmatch(text) else None
        self._instant = None if self._clock is not None or text is None else _instant(text)

    def holds(self, start: datetime, length: timedelta, zone: ZoneInfo) -> bool:
        """Tell whether [start, start + length) is meant; a time of day that comes twice means two.

        start: aware.
        """
        if self._instant is not None:
            return start <= self._instant < start + length
        if self._clock is None:
            return True
        local = start.astimezone(zone).replace(tzinfo=None)
        return local <= datetime.combine(local.date(), self._clock) < local + length


def _instant(text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError:
        raise ValueError(
            f"{text!r} does not name an interval; write 12:05, or an instant: 2026-03-01T12:05:00Z"
        ) from None
