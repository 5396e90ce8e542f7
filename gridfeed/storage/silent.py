"""Ending what silent clients hold: rows and locks of a process that is frozen in a statement."""

from datetime import timedelta

import structlog

from gridfeed.settings import Settings
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

log = structlog.get_logger()


async def end_silent(connection: Connection, settings: Settings) -> None:
    """End sessions of Gridfeed's programs whose client stopped in the middle of a statement.

    A session that waits for its client between two statements ends by its own time-outs; one whose
    statement was prepared and not executed ends by none, and keeps what it has locked. It is given
    GRIDFEED_KAFKA_SESSION_SECONDS, after which the group takes its client for dead, too. A client
    that was only slow finds its connection closed, and tries again. Sessions of another role are
    left alone: only a superuser may end them.
    """
    allowed = timedelta(seconds=settings.kafka_session_seconds)
    for row in await connection.fetch(*sql("end_silent", allowed=allowed)):
        log.warning("ended a silent session", **row)
