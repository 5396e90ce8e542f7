"""What is posted to the subscribers of /v1/webhooks, after Standard Webhooks."""

from api.asyncapi.parts import Described, Piece, channel, json_message, operation, ref, texts
from api.documents.schema import members
from api.webhooks.message import CHANGED, LOST, TEST

CHANNEL = "webhook"
_SIGNED = texts(
    webhook_id="of the message, the same at every attempt: for deduplication",
    webhook_timestamp="of the attempt, seconds since the epoch",
    webhook_signature="v1,<base64 of HMAC-SHA256>; two of them while a secret is rotated",
) | {"required": ["webhook-id", "webhook-timestamp", "webhook-signature"]}


def _posted(kind: str, timestamp: str, data: Piece) -> Piece:
    piece = members({"type": ("string", ""), "timestamp": ("datetime", timestamp)})
    piece["properties"] |= {"type": {"type": "string", "enum": [kind]}, "data": data}
    return {**piece, "required": [*piece["required"], "data"]}


def _changes() -> Piece:
    data = members({"changes": ("array", "in order"), "next": ("string", "the cursor behind them")})
    data["properties"]["changes"] |= {"items": ref("components", "schemas", "Change")}
    return data


_POSTED = {
    "WebhookChanges": (
        "Changes, in order.",
        _posted(CHANGED, "recorded_at of the newest change", _changes()),
    ),
    "WebhookLost": (
        "Changes between two cursors are no longer kept and were not sent.",
        _posted(
            LOST,
            "of the message",
            members(
                {
                    "after": ("string", "the cursor that was reached"),
                    "next": ("string", "the cursor that it goes on from"),
                    "detail": ("string", "what to do"),
                }
            ),
        ),
    ),
    "WebhookTest": (
        "An event that means nothing, sent when it is asked for.",
        _posted(TEST, "of the message", members({"webhook_id": ("string", "of the subscription")})),
    ),
}


def webhooks() -> Described:
    """Return channel, operation and messages."""
    messages = {
        name: json_message(summary, payload, headers=_SIGNED)
        for name, (summary, payload) in _POSTED.items()
    }
    return Described(
        {
            CHANNEL: channel(
                None,
                None,
                list(messages),
                description="The URL that a client subscribed with POST /v1/webhooks.",
            )
        },
        {
            "send.webhook": operation(
                "send",
                CHANNEL,
                _POSTED,
                "At least once, in order for each subscription; an answer of 2xx acknowledges.",
                bindings={"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            )
        },
        messages,
    )
