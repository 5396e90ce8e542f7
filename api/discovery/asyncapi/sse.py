"""Server-sent events: /v1/stream."""

from api.discovery.asyncapi.parts import Described, channel, json_message, operation, query, ref
from api.feed.changes.answer import CHANGE_EXAMPLE, Change
from api.feed.stream.routes import LAST_EVENT_ID, StreamParameters
from api.feed.stream.sse import Goodbye
from api.web.shapes import answer, schemas
from gridfeed.domain.words import ChangeKind

SERVER, CHANNEL = "http", "stream"
_CHANGE, _GOODBYE = "ChangeEvent", "GoodbyeEvent"


def server_sent_events() -> Described:
    """Return channel, operation and messages."""
    change = json_message(
        "A change: `data` of the event.",
        ref("components", "schemas", "Change"),
        headers={
            "type": "object",
            "properties": {
                "event": {"type": "string", "enum": [str(kind) for kind in ChangeKind]},
                "id": {
                    "type": "string",
                    "description": "change_id, to send as Last-Event-ID later",
                },
            },
            "required": ["event", "id"],
        },
        examples=[{"name": "correction", "payload": answer(CHANGE_EXAMPLE)["example"]}],
    )
    goodbye = json_message(
        "The last event of a stream that the server ends; it has no id.",
        ref("components", "schemas", "Goodbye"),
    )
    binding = {"method": "GET", "query": query(StreamParameters), "bindingVersion": "0.3.0"}
    return Described(
        {
            CHANNEL: channel(
                "/v1/stream",
                SERVER,
                [_CHANGE, _GOODBYE],
                description=f"text/event-stream; {LAST_EVENT_ID} or `after` says where to begin.",
            )
        },
        {
            f"send.{CHANNEL}": operation(
                "send",
                CHANNEL,
                [_CHANGE, _GOODBYE],
                "The change feed after a cursor, as changes are published.",
                bindings={"http": binding},
            )
        },
        {_CHANGE: change, _GOODBYE: goodbye},
        schemas(Change, Goodbye)[1],
    )
