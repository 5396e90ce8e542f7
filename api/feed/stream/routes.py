"""GET /v1/stream."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.feed.audience import Audience
from api.feed.changes.answer import CHANGE_EXAMPLE
from api.feed.events import Event
from api.feed.parameters import EXAMPLE_ID, FeedParameters
from api.feed.push import bearer_of, push_of
from api.feed.stream.sse import HEADERS, EventStream, Order
from api.web.access.bearer import Bearer
from api.web.describe import described_stream
from api.web.parameters import Text, told
from api.web.problems import bad_parameter
from api.web.shapes import as_json
from api.web.transport.front import WITHOUT_BODY
from gridfeed.domain.published.feed_position import Position, position

MEDIA_TYPE = "text/event-stream"
LAST_EVENT_ID = "Last-Event-ID"
_EVENT = Event(
    position(CHANGE_EXAMPLE.change_id), CHANGE_EXAMPLE.kind, as_json(CHANGE_EXAMPLE)
).sse.decode()
CONTENT = {
    "schema": {
        "type": "string",
        "description": "if `event` is a kind of change, `data` is a change as in /v1/changes",
    },
    "example": f"retry: 2731\n{_EVENT}:\n",
}


class StreamParameters(FeedParameters):
    """What is asked."""

    access_token: Text = told(
        "The token, for clients that cannot send a header: a browser's EventSource or WebSocket."
        " Servers and proxies may log the URL, so prefer the header.",
        "gf_...",
    )


router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/stream",
    **described_stream(
        "Changes as server-sent events",
        "The feed of /v1/changes as a stream: `event` is the kind, `id` the change_id, `data` the"
        " change. The stream begins after the header Last-Event-ID, which a browser sends when it"
        " connects again, otherwise after `after`, otherwise with the next new change. A line `:`"
        " is a heartbeat; an `id` without data moves the cursor past changes that the filters"
        " exclude. The server's last event says why the stream ends: `reconnect`, `regranted`"
        " (connect again), `revoked` (do not), `resync` (the cursor is too old, see 410).",
        {MEDIA_TYPE: CONTENT},
        404,
        410,
        429,
    ),
)
async def stream_changes(
    request: Request,
    bearer: Annotated[Bearer, Depends(bearer_of)],
    asked: Annotated[StreamParameters, Query()],
) -> Response:
    """Answer with changes for as long as both sides hold the connection."""
    after = _last_event_id(request) or asked.after
    push = push_of(request)
    await push.projects.refuse_unknown(bearer.grant, asked.request.projects)
    audience = Audience.of(bearer.grant, asked.request)
    push.connections.check_room(bearer.grant)
    start = await push.start(after)
    if request.scope.get(WITHOUT_BODY):
        return Response(headers=HEADERS, media_type=MEDIA_TYPE)
    order = Order(bearer, audience, start, after is not None, push.heartbeat_seconds)
    return EventStream(push.hub, push.connections, order)


def _last_event_id(request: Request) -> Position | None:
    text = request.headers.get(LAST_EVENT_ID, "").strip()
    try:
        return position(text) if text else None
    except ValueError as error:
        raise bad_parameter(LAST_EVENT_ID, f"{LAST_EVENT_ID}: {error}", EXAMPLE_ID) from None
