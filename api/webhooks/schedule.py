"""When a delivery that failed is tried again; pure.

Pauses double from FIRST_PAUSE to LONGEST_PAUSE, each up to a fifth shorter by chance, until
GIVE_UP after the first failure. A receiver's Retry-After may lengthen a pause, to
LONGEST_RETRY_AFTER at most.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_RETRY_AFTER = timedelta(hours=24)
GIVE_UP = timedelta(days=3)
#: The part of a pause that chance may leave out, so that receivers are not all asked at once.
JITTER = 0.2


def pause(failures: int, chance: float) -> timedelta:
    """Return how long to wait after so many failures in a row (1 or more); chance in [0, 1)."""
    # Ten doublings reach the longest pause; more would only make the number long.
    whole = min(FIRST_PAUSE * (1 << min(failures - 1, 10)), LONGEST_PAUSE)
    return whole * (1 - JITTER * chance)


def next_attempt(
    now: datetime,
    failing_since: datetime,
    failures: int,
    *,
    retry_after: timedelta | None,
    chance: float,
) -> datetime | None:
    """Return when to try again after a failure at `now`; None: it has failed for too long.

    failing_since: the first failure in a row. failures: how many, this one included.
    """
    if now - failing_since >= GIVE_UP:
        return None
    asked = min(retry_after or timedelta(0), LONGEST_RETRY_AFTER)
    return now + max(pause(failures, chance), asked)


def read_retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Return a Retry-After header's wait: seconds or an HTTP date (RFC 9110 section 10.2.3).

    None: there is none, it says nothing that can be read, or it lies in the past.
    """
    text = (text or "").strip()
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=int(text[:9]))
    try:
        at = parsedate_to_datetime(text)
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):  # no date, or one that fits no clock
        return None
    return wait if wait > timedelta(0) else None
