"""Converts between integers, UTC datetimes and RFC 3339 text; other modules convert only here."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US


def microseconds(at: datetime) -> int:
    """Return the microseconds since the epoch, exactly. at: aware."""
    return (at - EPOCH) // MICROSECOND


def instant(us: int) -> datetime:
    """Return the instant of microseconds since the epoch; OverflowError outside years 1-9999."""
    return EPOCH + us * MICROSECOND


def rfc3339(at: datetime) -> str:
    """Return an aware datetime as RFC 3339 text in UTC, with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_time(text: str) -> datetime:
    """Return an instant in UTC, or a naive local time if the text has no offset.

    text: ISO 8601, so also RFC 3339, with t and z in either case and any number of decimals. Stored
    instants have microseconds, so further digits are dropped, even if they are not zero. Raises
    ValueError.
    """
    try:
        at = datetime.fromisoformat(text.upper())
        return at.astimezone(UTC) if at.tzinfo else at
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a time: {error}") from None


def read_instant(text: str) -> datetime:
    """Return an instant in UTC. Raises ValueError, also for a time without an offset."""
    at = read_time(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} is without an offset")
    return at
