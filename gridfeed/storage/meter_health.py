"""Finds meters that send nothing or too rarely; fast for any number of meters and any past."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gridfeed.domain.few import MOST_NAMED
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: A meter declared later than this before now may still be on its way.
_NEW = timedelta(hours=1)
_DAY = timedelta(days=1)
#: The number of days examined on which most of the silent meters fell silent.
_MOST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Unheard:
    """A meter in force of which nothing was stored. is_new: declared within the last hour."""

    meter_number: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Silent:
    """A meter in force whose telemetry ended. until: when its last interval ended.

    until is None except for the first ten meters, for which it is looked up.
    """

    meter_number: str
    last_day: date
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RareSamples:
    """A meter in force whose samples are further apart than its hold limit; both in seconds."""

    meter_number: str
    hold_limit_seconds: int
    seconds_apart: float


async def unheard_meters(connection: Connection, now: datetime) -> list[Unheard]:
    """Return the meters of which nothing was stored, by number."""
    rows = await connection.fetch(*sql("meters_unheard", now=now, new_since=now - _NEW))
    return [Unheard(**dict(row)) for row in rows]


async def silent_meters(connection: Connection, now: datetime) -> list[Silent]:
    """Return the meters whose telemetry ended an hour ago or earlier, by number."""
    rows = await connection.fetch(*sql("meters_silent", now=now))
    named = rows[:MOST_NAMED]
    days = [row["last_day"] for row in named]
    newest = (
        await connection.fetch(
            *sql(
                "newest_telemetry",
                meter_id=[row["meter_id"] for row in named],
                utc_day=days,
                earliest=min(days),
                latest=max(days),
            )
        )
        if named
        else []
    )
    until = {row["meter_id"]: row["until"] for row in newest}
    return [
        Silent(row["meter_number"], row["last_day"], until.get(row["meter_id"])) for row in rows
    ]


async def rare_samples(
    connection: Connection, now: datetime, silent: Sequence[Silent]
) -> list[RareSamples]:
    """Return the meters whose samples are further apart than their hold limit, by number.

    Examines the newest day of the meters that send. Of the `silent` meters it examines those that
    fell silent on one of the three days on which most did: an import of old readings ends on one
    day.
    """
    today = now.date()
    recent = (today - 2 * _DAY, today + 2 * _DAY)
    ended = Counter(each.last_day for each in silent if not recent[0] <= each.last_day < recent[1])
    spans = [recent, *((day, day + _DAY) for day, _ in ended.most_common(_MOST_DAYS))]
    rows = [
        row
        for opens, closes in spans
        for row in await connection.fetch(
            *sql("meters_with_rare_samples", now=now, opens=opens, closes=closes)
        )
    ]
    found = (RareSamples(**dict(row)) for row in rows)
    return sorted(found, key=lambda each: each.meter_number)
