"""Server-sent events: /v1/stream."""

from api.discovery.asyncapi.parts import Described, channel, json_message, operation, query, ref
from api.feed.changes.document import BODY, CHANGE
from api.feed.stream.routes import LAST_EVENT_ID, StreamParameters
from api.web.access.goodbye import RECONNECT, REGRANTED, RESYNC, REVOKED, Goodbye
from api.web.schema import members
from gridfeed.domain.words import ChangeKind

SERVER, CHANNEL = "http", "stream"
_CHANGE, _GOODBYE = "ChangeEvent", "GoodbyeEvent"
ENDS = (RECONNECT, REGRANTED, REVOKED, RESYNC)


def _reasons(*goodbyes: Goodbye) -> str:
    return "; ".join(f"{each.reason}: {each.detail}" for each in goodbyes)


GOODBYE = members(
    "Goodbye",
    {"reason": ("string", _reasons(*ENDS)), "detail": ("string", "the same in words")},
    oldest=("string", "of a resync: the oldest cursor that leads to every change behind it"),
    newest=("string", "of a resync: the cursor to go on from"),
    resynchronise=("string[]", "of a resync: what to do, step by step"),
)


def server_sent_events() -> Described:
    """Return channel, operation and messages."""
    change = json_message(
        "A change: `data` of the event.",
        ref("components", "schemas", "Change"),
        headers={
            "type": "object",
            "properties": {
                "event": {"type": "string", "enum": [str(kind) for kind in ChangeKind]},
                "id": {"type": "string", "description": "change_id: what Last-Event-ID says later"},
            },
            "required": ["event", "id"],
        },
        examples=[{"name": "correction", "payload": BODY["example"]["changes"][0]}],
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
                "The change feed behind a cursor, as it comes.",
                bindings={"http": binding},
            )
        },
        {_CHANGE: change, _GOODBYE: goodbye},
        {"Change": CHANGE, "Goodbye": GOODBYE},
    )
