"""Instants and dates as people write them on the command line."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from cli.trouble import TroubleError
from gridfeed.domain.calendar.instants import read_instant
from gridfeed.domain.calendar.interval import local_day


def moment(text: str, zone: ZoneInfo, option: str) -> datetime:
    """Return an instant in UTC; a date stands for its first instant in the time zone.

    option: the option with the text, named in the error if the text is neither.
    """
    try:
        if len(text) == len("2026-03-01"):
            return local_day(zone, date.fromisoformat(text)).start
        return read_instant(text)
    except (ValueError, OverflowError) as error:
        raise TroubleError(
            f"{option}={text!r} is not an instant: {error}",
            "Write 2026-03-01T07:00:00Z, or 2026-03-01 for the start of that day in the plant's"
            " zone.",
        ) from None


def as_of_instant(text: str | None) -> datetime | None:
    """Return --as-of, an instant with its offset, or None if it was not given."""
    if text is None:
        return None
    try:
        return read_instant(text)
    except ValueError as error:
        raise TroubleError(
            f"--as-of={text!r} is not an instant: {error}", "Write 2026-03-02T12:00:00Z."
        ) from None


def span(start: str, end: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return --start and --end as instants."""
    first, last = moment(start, zone, "--start"), moment(end, zone, "--end")
    if last <= first:
        raise TroubleError(
            f"--end={end} is not after --start={start}", "Give the first instant past the span."
        )
    return first, last


def local_text(instant: datetime, zone: ZoneInfo) -> str:
    """Return local time with its offset, which tells the two passes of a repeated hour apart."""
    return instant.astimezone(zone).isoformat(sep=" ")
