"""Who publishes the feed to Kafka, and up to where: one session at a time, one row a topic.

The elected publisher is the session that holds an advisory lock. It moves the position on that
session alone, so whoever lost the lock cannot move it, and only from where it knows it to be.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from gridfeed.domain.published.feed_position import Position
from gridfeed.settings import Settings
from gridfeed.storage.connect import UNREACHABLE, Connection
from gridfeed.storage.silent import end_silent
from gridfeed.storage.statements import sql
from gridfeed.storage.watched import connect

#: Any constant that no other advisory lock of Gridfeed uses.
CHANGES_OUT_LOCK = 0x67726964_6F757400
#: How long a session may take to end in peace; then it is cut off.
CLOSING_SECONDS = 1.0
#: Changes that are waiting are counted up to here.
MOST_COUNTED = 100_000


class NotPublisherError(Exception):
    """The position is not where this publisher left it: another one has moved it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of the feed is not in the topic yet. since: the oldest such change's recorded_at."""

    changes: int
    since: datetime | None
    now: datetime


@asynccontextmanager
async def publisher_session(settings: Settings) -> AsyncIterator[Connection]:
    """Give a session of its own, outside any pool, for the lock and all that depends on it.

    The server ends it when nothing was heard of it for GRIDFEED_KAFKA_SESSION_SECONDS: a process
    that is frozen, or whose machine is gone, makes room for another.
    """
    seconds = settings.kafka_session_seconds
    connection = await connect(
        settings.database_url.get_secret_value(),
        timeout=seconds,
        command_timeout=seconds,
        server_settings={
            "application_name": "gridfeed-changes-out",
            "idle_session_timeout": f"{seconds * 1000:.0f}",
            # A position that a crash of the server takes back is a page that is sent again.
            "synchronous_commit": "off",
        },
    )
    try:
        yield connection
    finally:
        with suppress(*UNREACHABLE, TimeoutError):
            await connection.close(timeout=CLOSING_SECONDS)


async def elect(connection: Connection, settings: Settings) -> bool:
    """Take the publisher's lock for as long as the session lives; False: another has it."""
    if await connection.fetchval(*sql("elect_publisher", lock=CHANGES_OUT_LOCK)):
        return True
    await end_silent(connection, settings)
    return False


async def changes_out_position(connection: Connection, topic: str) -> Position:
    """Return up to where the feed is in the topic; START for a topic that is new."""
    row = await connection.fetchrow(*sql("changes_out_position", topic=topic))
    assert row is not None
    return row["xid"], row["seq"]


async def move_changes_out(
    connection: Connection, topic: str, expected: Position, reached: Position
) -> None:
    """Say that Kafka has acknowledged everything up to `reached`. Raises NotPublisherError."""
    expected_xid, expected_seq = expected
    xid, seq = reached
    moved = await connection.fetchval(
        *sql(
            "move_changes_out",
            topic=topic,
            expected_xid=expected_xid,
            expected_seq=expected_seq,
            xid=xid,
            seq=seq,
        )
    )
    if moved is None:
        raise NotPublisherError(f"the position of {topic} is no longer {expected}")


async def hold_publisher(connection: Connection, topic: str, expected: Position) -> None:
    """Make sure that this session still publishes, and keep it. Raises NotPublisherError."""
    if await changes_out_position(connection, topic) != expected:
        raise NotPublisherError(f"the position of {topic} is no longer {expected}")


async def changes_waiting(connection: Connection, topic: str) -> Waiting:
    """Return how far the topic is behind the feed."""
    row = await connection.fetchrow(*sql("changes_waiting", topic=topic, most=MOST_COUNTED))
    assert row is not None
    return Waiting(row["changes"], row["since"], row["now"])
