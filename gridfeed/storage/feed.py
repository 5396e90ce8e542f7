"""The change feed: every reader, whatever it pushes to, reads the feed here.

A change has a position (transaction id, sequence number). `feed_position` converts it to the public
`change_id` and back. The order of positions is the order of the feed. The feed has no holes: rows
are read only below the oldest transaction in flight, so no change is ever added before a position
that has been read. A page is therefore final: reading it again gives the same.

Statements name their tables without a schema: a connection of the writer sees all rows, a
connection of the API sees the rows that its grant allows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import asyncpg

from gridfeed.domain.published.feed_position import START, Position
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: A change over more intervals is given without values: an import may change a whole year.
MOST_VALUES = 300
#: Changes that one statement examines to find the wanted ones.
MOST_LOOKED_AT = 20_000


class GoneError(Exception):
    """Changes after `after` are no longer kept: all changes up to `oldest` have been removed.

    What to do: take `newest` as the cursor, then read a snapshot of the values, then follow the
    feed from that cursor.
    """

    def __init__(self, after: Position, oldest: Position) -> None:
        """Both are positions; reading from `oldest` on gives every change still kept."""
        super().__init__(f"changes after {after} are kept only from {oldest} on")
        self.after = after
        self.oldest = oldest


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive intervals of a change that belong to one project.

    An interval belongs to the project that its meter was in at the interval's start. units: the
    energy units of that project.
    """

    cds_productionproject_id: str
    units: str
    interval_from: datetime
    interval_to: datetime


@dataclass(frozen=True, slots=True)
class FeedChange:
    """One whole change. Energies in 10^-6 kWh, generation positive, instants aware UTC.

    pieces: the projects it belongs to, in order of time. Mostly one piece covers the change;
    several if the meter changed project within it (a project may occur twice); none if the change
    belongs to no project, and then no reader gets it. delta_microkwh: new energy minus old, of the
    whole change; None if either is missing. observed_at: when its newest reading was observed.
    ingested_at: when the broker received its newest message; None if no message caused the change.
    """

    position: Position
    kind: str
    meter_id: int
    meter_number: str
    pieces: tuple[Piece, ...]
    production_format: str
    channel: str
    interval_from: datetime
    interval_to: datetime
    interval_seconds: int
    recorded_at: datetime
    cause: str | None
    delta_microkwh: int | None
    observed_at: datetime | None
    ingested_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """All changes in (after, end], in order. If there are none yet, end equals after.

    oldest: the position up to which changes had been removed when the page was read. full: more
    changes may follow `end` already.
    """

    after: Position
    end: Position
    oldest: Position
    changes: Sequence[FeedChange]
    full: bool


@dataclass(frozen=True, slots=True)
class FeedValue:
    """The value of one interval as a change published it; units as in `interval_value`.

    cds_productionproject_id: the project it belongs to. It is shown to no other project's readers.
    """

    cds_productionproject_id: str
    interval_start: datetime
    interval_seconds: int
    energy_microkwh: int | None
    mean_microkw: int | None
    peak_microkw: int | None
    p10_microkwh: int | None
    p90_microkwh: int | None
    quality: str | None
    samples: int | None
    coverage_us: int | None
    longest_gap_us: int | None
    settlement_version: int | None
    issued_at: datetime | None
    model: str | None
    recorded_at: datetime


class FeedFilter(Protocol):
    """The part of the feed that a reader sees; None means no restriction."""

    @property
    def projects(self) -> Collection[str] | None:
        """Return the ids of the wanted projects."""

    @property
    def meters(self) -> Collection[str] | None:
        """Return the wanted meter numbers."""

    @property
    def production_formats(self) -> Collection[str] | None:
        """Return the wanted production formats."""

    @property
    def kinds(self) -> Collection[str] | None:
        """Return the wanted kinds of change."""


async def read_page(connection: Connection, after: Position, limit: int) -> FeedPage:
    """Return at most `limit` changes after a position; START: from the oldest kept one on.

    Raises GoneError if some changes after `after` have been removed.
    """
    xid, seq = after
    rows = await connection.fetch(*sql("feed_page", after_xid=xid, after_seq=seq, limit=limit))
    oldest, changes, _ = _read(after, rows)
    end = changes[-1].position if changes else max(after, oldest)
    return FeedPage(after, end, oldest, changes, full=len(changes) == limit)


async def read_page_of(
    connection: Connection, after: Position, limit: int, chosen: FeedFilter
) -> FeedPage:
    """Return at most `limit` wanted changes after a position.

    Examines at most MOST_LOOKED_AT changes. Raises GoneError like `read_page`.
    """
    xid, seq = after
    rows = await connection.fetch(
        *sql(
            "feed_page_of",
            after_xid=xid,
            after_seq=seq,
            limit=limit,
            most_looked_at=MOST_LOOKED_AT,
            projects=_sorted(chosen.projects),
            meters=_sorted(chosen.meters),
            production_formats=_sorted(chosen.production_formats),
            kinds=_sorted(chosen.kinds),
        )
    )
    oldest, changes, first = _read(after, rows)
    end = max(after, oldest)
    if len(changes) == limit:
        end = changes[-1].position
    elif first["looked_at"]:
        end = first["end_xid"], first["end_seq"]
    full = len(changes) == limit or first["looked_at"] == MOST_LOOKED_AT
    return FeedPage(after, end, oldest, changes, full=full)


def _sorted(names: Collection[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _read(
    after: Position, rows: Sequence[asyncpg.Record]
) -> tuple[Position, list[FeedChange], asyncpg.Record]:
    """Return the floor, the changes and the first row. Raises GoneError."""
    first = rows[0]
    oldest: Position = first["floor_xid"], first["floor_seq"]
    if START < after < oldest:
        raise GoneError(after, oldest)
    return oldest, [_change(row) for row in rows if row["xid"] is not None], first


async def oldest(connection: Connection) -> Position:
    """Return the position up to which changes have been removed."""
    row = await connection.fetchrow(*sql("feed_oldest"))
    assert row is not None
    return row["xid"], row["seq"]


async def newest(connection: Connection) -> Position:
    """Return the position after which all changes are new to a reader that starts now."""
    row = await connection.fetchrow(*sql("feed_newest"))
    assert row is not None
    return row["xid"], row["seq"]


async def projects(connection: Connection) -> frozenset[str]:
    """Return the ids of the projects that are declared."""
    rows = await connection.fetch(*sql("feed_projects"))
    return frozenset(row["cds_productionproject_id"] for row in rows)


async def catalogue(connection: Connection) -> int:
    """Return a number that changes with every declaration.

    An older page may name projects that no longer own a change. For connections of the API only.
    """
    version = await connection.fetchval(*sql("feed_catalogue"))
    assert isinstance(version, int)
    return version


async def read_values(
    connection: Connection, changes: Sequence[FeedChange]
) -> list[list[FeedValue] | None]:
    """Return the values that each change published, in order of intervals.

    None for a change over more than MOST_VALUES intervals. An interval is missing if its value is
    no longer kept (GRIDFEED_OPEN_HISTORY_DAYS), if it has no value because an edit took it away, or
    if it belongs to no project.
    """
    found: list[list[FeedValue] | None] = [[] if _bounded(change) else None for change in changes]
    asked = [(place, change) for place, change in enumerate(changes) if found[place] is not None]
    if not asked:
        return found
    each = [change for _, change in asked]
    rows = await connection.fetch(
        *sql(
            "feed_values",
            meter_id=[change.meter_id for change in each],
            production_format=[change.production_format for change in each],
            channel=[change.channel for change in each],
            interval_from=[change.interval_from for change in each],
            interval_to=[change.interval_to for change in each],
            recorded_at=[change.recorded_at for change in each],
            earliest=min(change.interval_from for change in each),
            latest=max(change.interval_to for change in each),
            first_recorded=min(change.recorded_at for change in each),
        )
    )
    for place, *columns in rows:
        values = found[asked[place - 1][0]]
        assert values is not None
        values.append(FeedValue(*columns))
    return found


def _bounded(change: FeedChange) -> bool:
    seconds = (change.interval_to - change.interval_from).total_seconds()
    return seconds <= MOST_VALUES * change.interval_seconds


def _change(row: asyncpg.Record) -> FeedChange:
    pieces = zip(
        row["projects"] or (), row["units"] or (), row["froms"] or (), row["tos"] or (), strict=True
    )
    return FeedChange(
        (row["xid"], row["seq"]),
        row["kind"],
        row["meter_id"],
        row["meter_number"],
        tuple(Piece(*piece) for piece in pieces),
        row["production_format"],
        row["channel"],
        row["interval_from"],
        row["interval_to"],
        row["interval_seconds"],
        row["recorded_at"],
        row["cause"],
        row["delta_microkwh"],
        row["observed_at"],
        row["ingested_at"],
    )
