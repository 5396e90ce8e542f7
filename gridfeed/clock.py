"""The only module that reads the wall clock; everywhere else time is an argument.

A process that works with a database uses the database's clock, which all such processes share. The
database tells it the time every few seconds, and it counts on from there. The machine's own clock
may be wrong or be set; it only shows how far the two clocks differ. If they differ, one of them is
wrong, and this process cannot know which.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from gridfeed.domain.calendar.instants import SECOND_US, instant, microseconds

#: A time told longer ago is not used: a paused machine may have stopped counting.
FRESH_SECONDS = 60.0


class ClockDriftError(Exception):
    """The time is not certain; says what the clocks show. It passes when somebody sets them."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A time of the database, and the value of the steady clock when it arrived."""

    told_us: int
    steady_ns: int

    @property
    def age_us(self) -> int:
        """Return how long ago it arrived."""
        return (steady_ns() - self.steady_ns) // 1000


_told: _Told | None = None


def now() -> datetime:
    """Return the current instant in UTC: the database's if known, else the machine's."""
    return instant(now_us())


def now_us() -> int:
    """Return the current instant in microseconds since 1970-01-01T00:00Z."""
    told = _told
    return local_us() if told is None else told.told_us + told.age_us


def local_us() -> int:
    """Return the machine's clock; microseconds."""
    return time.time_ns() // 1000


def steady_ns() -> int:
    """Return a clock that nobody sets; on Linux it also counts while the machine sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):  # Linux
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return time.monotonic_ns()


def follow(told: datetime) -> None:
    """Use the database's clock, which showed `told` on sending: the result is never ahead of it."""
    global _told  # noqa: PLW0603 - a process has one clock
    _told = _Told(microseconds(told), steady_ns())


def forget() -> None:
    """Use the machine's clock again."""
    global _told  # noqa: PLW0603 - as above
    _told = None


def is_fresh(seconds: float = FRESH_SECONDS) -> bool:
    """Tell whether the database has told the time within the last `seconds`."""
    told = _told
    return told is not None and told.age_us < seconds * SECOND_US


def drift_seconds() -> float:
    """Return how far the machine's clock is ahead of the database's; 0 if unknown."""
    return 0.0 if _told is None else (local_us() - now_us()) / SECOND_US


def distrust(most_seconds: float) -> str | None:
    """Return why the time is not certain; None if it is, or if no database was asked.

    most_seconds: the most by which the clocks may differ.
    """
    if _told is None:
        return None
    if not is_fresh():
        return f"clock: no time from the database for {FRESH_SECONDS:.0f} s"
    drift = drift_seconds()
    if abs(drift) <= most_seconds:
        return None
    return (
        f"clock: this machine's differs by {drift:+.1f} s from the database's, and"
        f" GRIDFEED_MAX_CLOCK_DRIFT_SECONDS is {most_seconds:g}; synchronise both (NTP)"
    )


def require(most_seconds: float) -> None:
    """Raise ClockDriftError if the time is not certain; most_seconds as in `distrust`."""
    if why := distrust(most_seconds):
        raise ClockDriftError(why)
