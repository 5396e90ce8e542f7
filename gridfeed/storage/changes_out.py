"""Elects the publisher of the feed to Kafka, and stores its position for each topic.

The elected publisher is the session that holds an advisory lock. Only that session moves the
position, so a publisher that lost the lock cannot move it. It moves only from the position that the
publisher knows.
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
#: How long a session may take to close; then it is terminated.
CLOSING_SECONDS = 1.0
#: Waiting changes are counted up to this number.
MOST_COUNTED = 100_000


class NotPublisherError(Exception):
    """The position is not where this publisher left it: another publisher has moved it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The changes that are not in the topic yet. since: recorded_at of the oldest of them."""

    changes: int
    since: datetime | None
    now: datetime


@asynccontextmanager
async def publisher_session(settings: Settings) -> AsyncIterator[Connection]:
    """Give a session outside any pool, for the lock and all statements that depend on it.

    The server ends it if it receives nothing for GRIDFEED_KAFKA_SESSION_SECONDS: a frozen process,
    or one whose machine is gone, makes room for another.
    """
    seconds = settings.kafka_session_seconds
    connection = await connect(
        settings.database_url.get_secret_value(),
        timeout=seconds,
        command_timeout=seconds,
        server_settings={
            "application_name": "gridfeed-changes-out",
            "idle_session_timeout": f"{seconds * 1000:.0f}",
            # If a crash of the server undoes a move of the position, a page is sent again.
            "synchronous_commit": "off",
        },
    )
    try:
        yield connection
    finally:
        with suppress(*UNREACHABLE, TimeoutError):
            await connection.close(timeout=CLOSING_SECONDS)


async def elect(connection: Connection, settings: Settings) -> bool:
    """Take the publisher's lock until the session ends; False: another session has it."""
    if await connection.fetchval(*sql("elect_publisher", lock=CHANGES_OUT_LOCK)):
        return True
    await end_silent(connection, settings)
    return False


async def changes_out_position(connection: Connection, topic: str) -> Position:
    """Return the position up to which the topic has the feed; START for a new topic."""
    row = await connection.fetchrow(*sql("changes_out_position", topic=topic))
    assert row is not None
    return row["xid"], row["seq"]


async def move_changes_out(
    connection: Connection, topic: str, expected: Position, reached: Position
) -> None:
    """Note that Kafka has acknowledged all changes up to `reached`. Raises NotPublisherError."""
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
    """Check that this session still publishes, and keep it alive. Raises NotPublisherError."""
    if await changes_out_position(connection, topic) != expected:
        raise NotPublisherError(f"the position of {topic} is no longer {expected}")


async def changes_waiting(connection: Connection, topic: str) -> Waiting:
    """Return how far the topic is behind the feed."""
    row = await connection.fetchrow(*sql("changes_waiting", topic=topic, most=MOST_COUNTED))
    assert row is not None
    return Waiting(row["changes"], row["since"], row["now"])
