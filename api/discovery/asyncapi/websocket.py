"""The WebSocket /v1/ws: what it hears, by the models that read it, and what it says."""

from collections.abc import Iterable

from pydantic.json_schema import models_json_schema

from api.discovery.asyncapi.parts import Described, channel, json_message, operation, query, ref
from api.feed.stream.routes import StreamParameters
from api.feed.websocket.messages import (
    ENDINGS,
    Acknowledge,
    Error,
    Farewell,
    Heartbeat,
    Resync,
    Subscribe,
    Subscribed,
    SubscribedChange,
    Unsubscribe,
    Unsubscribed,
)
from api.web.shapes import schemas

SERVER, CHANNEL = "websocket", "ws"
_HEARD = (Subscribe, Unsubscribe, Acknowledge)
_SAID = (Subscribed, Unsubscribed, SubscribedChange, Heartbeat, Error, Resync, Farewell)


def websocket() -> Described:
    """Return channel, operations and messages."""
    _, definitions = models_json_schema(
        [(each, "validation") for each in _HEARD], ref_template="#/components/schemas/{model}"
    )
    heard, said = _summaries(_HEARD), _summaries(_SAID)
    messages = {
        name: json_message(summary, ref("components", "schemas", name))
        for name, summary in (heard | said).items()
    }
    payloads = definitions["$defs"] | schemas(*_SAID)[1]
    payloads["Farewell"]["x-close-codes"] = {each.reason: each.code for each in ENDINGS}
    binding = {
        "method": "GET",
        "query": query(StreamParameters, "access_token"),
        "bindingVersion": "0.1.0",
    }
    return Described(
        {CHANNEL: channel("/v1/ws", SERVER, list(messages), bindings={"ws": binding})},
        {
            f"receive.{CHANNEL}": operation("receive", CHANNEL, heard, "Messages from the client."),
            f"send.{CHANNEL}": operation("send", CHANNEL, said, "Messages to the client."),
        },
        messages,
        payloads,
    )


def _summaries(kinds: Iterable[type]) -> dict[str, str]:
    return {each.__name__: str(each.__doc__).splitlines()[0] for each in kinds}
