"""Instants as text, however a program writes them: the one reader of every way in."""

from datetime import UTC, datetime


def read_time(text: str) -> datetime:
    """Return an instant in UTC, or a naive local time where the text has no offset.

    text: ISO 8601, so RFC 3339 as well: t and z in capitals or not, any number of decimals. What
    is stored has microseconds; digits beyond them are dropped, zeros or not. Raises ValueError.
    """
    try:
        at = datetime.fromisoformat(text.upper())
        return at.astimezone(UTC) if at.tzinfo else at
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no time: {error}") from None


def read_instant(text: str) -> datetime:
    """Return an instant in UTC. Raises ValueError, also for a time without an offset."""
    at = read_time(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} is without an offset")
    return at
