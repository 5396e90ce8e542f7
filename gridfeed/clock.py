"""The only place that reads the wall clock; everywhere else time is an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)  # noqa: TID251


def now_us() -> int:
    """Return the current instant in microseconds since 1970-01-01T00:00Z."""
    return int(now().timestamp() * 1_000_000)
