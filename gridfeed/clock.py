"""The only place that reads the wall clock; everywhere else time is an argument.

A process that works with a database goes by the database's clock, which all of them share: it is
told the time every few seconds and counts on from there. The machine's own clock may be wrong or be
set meanwhile; it only shows how far the two are apart. Then one of them is wrong, and nobody here
knows which.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from gridfeed.domain.calendar.instants import SECOND_US, instant, microseconds

#: What was told longer ago is not gone by: a machine that was paused may have stopped to count.
FRESH_SECONDS = 60.0


class ClockDriftError(Exception):
    """Nobody knows what time it is; says what the clocks say. It passes when somebody sets them."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What the database's clock said when the steady one stood there."""

    told_us: int
    steady_ns: int

    @property
    def age_us(self) -> int:
        """Return for how long it has been known."""
        return (steady_ns() - self.steady_ns) // 1000


_told: _Told | None = None


def now() -> datetime:
    """Return the current instant in UTC: the database's, once it is known, else the machine's."""
    return instant(now_us())


def now_us() -> int:
    """Return the current instant in microseconds since 1970-01-01T00:00Z."""
    told = _told
    return local_us() if told is None else told.told_us + told.age_us


def local_us() -> int:
    """Return what the machine's clock says; microseconds."""
    return time.time_ns() // 1000


def steady_ns() -> int:
    """Return a clock that nobody sets; it goes on while the machine sleeps, where there is one."""
    if hasattr(time, "CLOCK_BOOTTIME"):  # Linux
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return time.monotonic_ns()


def follow(told: datetime) -> None:
    """Go by the database's clock, which said this on its way here: it is never ahead of it."""
    global _told  # noqa: PLW0603 - a process has one clock
    _told = _Told(microseconds(told), steady_ns())


def forget() -> None:
    """Go by the machine's clock again."""
    global _told  # noqa: PLW0603 - as above
    _told = None


def is_fresh(seconds: float = FRESH_SECONDS) -> bool:
    """Tell whether the database has told the time within the last seconds."""
    told = _told
    return told is not None and told.age_us < seconds * SECOND_US


def drift_seconds() -> float:
    """Return how far the machine's clock is ahead of the database's; 0 where that is not known."""
    return 0.0 if _told is None else (local_us() - now_us()) / SECOND_US


def distrust(most_seconds: float) -> str | None:
    """Return why the time is not known; None where it is, or where no database was asked for it.

    most_seconds: by how much the clocks may differ.
    """
    if _told is None:
        return None
    if not is_fresh():
        return f"clock: the database has not told the time for {FRESH_SECONDS:.0f} s"
    drift = drift_seconds()
    if abs(drift) <= most_seconds:
        return None
    return (
        f"clock: this machine's is {drift:+.1f} s from the database's, and"
        f" GRIDFEED_MAX_CLOCK_DRIFT_SECONDS is {most_seconds:g}; synchronise both (NTP)"
    )


def require(most_seconds: float) -> None:
    """Raise ClockDriftError where the time is not known; most_seconds as of `distrust`."""
    if why := distrust(most_seconds):
        raise ClockDriftError(why)
