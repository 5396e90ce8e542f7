"""The WebSocket /v1/ws: what it hears, by the models that read it, and what it says."""

from pydantic.json_schema import models_json_schema

from api.discovery.asyncapi.parts import (
    Described,
    Piece,
    channel,
    json_message,
    operation,
    query,
    ref,
)
from api.feed.stream.routes import StreamParameters
from api.feed.websocket.messages import Acknowledge, Subscribe, Unsubscribe
from api.web.access.goodbye import RECONNECT, REGRANTED, RESYNC, REVOKED, SLOW
from api.web.schema import Member, map_of, members
from gridfeed.domain.words import ChangeKind

SERVER, CHANNEL = "websocket", "ws"
_HEARD = {
    "Subscribe": (Subscribe, "Follow the feed under a name of your own."),
    "Unsubscribe": (Unsubscribe, "Follow it no longer."),
    "Acknowledge": (Acknowledge, "Everything up to this change has been dealt with."),
}
_ENDS = (RECONNECT, REGRANTED, REVOKED, SLOW)
_NAME: Member = ("string", "as the client named it")


def _said(kind: str | list[str], piece: Piece) -> Piece:
    kinds = [kind] if isinstance(kind, str) else kind
    properties = {"type": {"type": "string", "enum": kinds}, **piece["properties"]}
    return {**piece, "properties": properties, "required": ["type", *piece["required"]]}


_KINDS = {"type": "string", "enum": [str(kind) for kind in ChangeKind]}
_CHANGED = members(
    "SubscribedChange",
    {
        "subscription": _NAME,
        "event": (_KINDS, "what kind of change it is"),
        "id": ("string", "change_id"),
        "data": (ref("components", "schemas", "Change"), "the change"),
    },
)


def _cursors(name: str, /, **required: Member) -> Piece:
    cursors: Member = (map_of({"type": "string"}), "where each subscription goes on")
    return members(name, {**required, "cursors": cursors})


_SAID: dict[str, tuple[str, Piece]] = {
    "Subscribed": (
        "The subscription stands.",
        _said(
            "subscribed",
            members("Subscribed", {"subscription": _NAME, "after": ("string", "its cursor")}),
        ),
    ),
    "Unsubscribed": (
        "The subscription is gone.",
        _said(
            "unsubscribed",
            members(
                "Unsubscribed", {"subscription": _NAME, "cursor": ("string", "where it stood")}
            ),
        ),
    ),
    "SubscribedChange": ("A change, as the server-sent event has it.", _said("change", _CHANGED)),
    "Heartbeat": ("The connection lives.", _said("heartbeat", _cursors("Heartbeat"))),
    "Error": (
        "A message that was not understood, or not followed.",
        _said("error", members("Error", {"detail": ("string", "why")}, subscription=_NAME)),
    ),
    "Resync": (
        "The subscription's cursor is too old; it has ended.",
        _said(
            RESYNC.reason,
            members(
                "Resync",
                {
                    "subscription": _NAME,
                    "detail": ("string", "why"),
                    "oldest": ("string", "the oldest cursor that leads to every change behind it"),
                    "newest": ("string", "the cursor to go on from"),
                    "resynchronise": ("string[]", "what to do, step by step"),
                },
            ),
        ),
    ),
    "Farewell": (
        "The server ends the connection, with the code in x-close-codes.",
        _said(
            [each.reason for each in _ENDS], _cursors("Farewell", detail=("string", "what to do"))
        )
        | {"x-close-codes": {each.reason: each.code for each in _ENDS}},
    ),
}


def websocket() -> Described:
    """Return channel, operations and messages."""
    models = [(model, "validation") for model, _ in _HEARD.values()]
    _, definitions = models_json_schema(
        models,  # type: ignore[arg-type] # a list of pairs is what it takes
        ref_template="#/components/schemas/{model}",
    )
    messages = {
        name: json_message(summary, ref("components", "schemas", name))
        for name, (_, summary) in _HEARD.items()
    } | {name: json_message(summary, payload) for name, (summary, payload) in _SAID.items()}
    binding = {
        "method": "GET",
        "query": query(StreamParameters, "access_token"),
        "bindingVersion": "0.1.0",
    }
    return Described(
        {CHANNEL: channel("/v1/ws", SERVER, list(messages), bindings={"ws": binding})},
        {
            f"receive.{CHANNEL}": operation("receive", CHANNEL, _HEARD, "What a client asks for."),
            f"send.{CHANNEL}": operation("send", CHANNEL, _SAID, "What it is told."),
        },
        messages,
        definitions["$defs"],
    )
