"""Ends database sessions of frozen processes, which hold rows and locks."""

from datetime import timedelta

import structlog

from gridfeed.settings import Settings
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

log = structlog.get_logger()


async def end_silent(connection: Connection, settings: Settings) -> None:
    """End sessions of Gridfeed's programs whose client stopped in the middle of a statement.

    A session that waits for its client between two statements ends by its own time-outs. A session
    whose statement was prepared but not executed ends by none, and keeps its locks. It has
    GRIDFEED_KAFKA_SESSION_SECONDS, after which the consumer group also considers its client dead. A
    client that was only slow finds its connection closed, and tries again. Sessions of another role
    are not ended: only a superuser may do that.
    """
    allowed = timedelta(seconds=settings.kafka_session_seconds)
    for row in await connection.fetch(*sql("end_silent", allowed=allowed)):
        log.warning("ended a silent session", **row)
