"""WebSocket /v1/ws."""

from fastapi import APIRouter, WebSocket

from api.feed.push import bearer_of, push_of
from api.feed.websocket.socket import converse, deny
from api.reading.database import DatabaseAwayError
from api.web.problems import ProblemError, unavailable

router = APIRouter(prefix="/v1")


@router.websocket("/ws")
async def websocket_changes(websocket: WebSocket) -> None:
    """Serve the feed both ways; a handshake that fails is answered with a problem document."""
    push = push_of(websocket)
    try:
        bearer = await bearer_of(websocket)
        push.connections.check_room(bearer.grant)
    except ProblemError as problem:
        await deny(websocket, problem)
        return
    except DatabaseAwayError:
        await deny(websocket, unavailable("The database cannot be reached; try again."))
        return
    await converse(websocket, push, bearer)
