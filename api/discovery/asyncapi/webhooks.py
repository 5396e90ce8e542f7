"""What is posted to the subscribers of /v1/webhooks, after Standard Webhooks."""

from api.discovery.asyncapi.parts import (
    Described,
    Piece,
    channel,
    json_message,
    operation,
    ref,
    texts,
)
from api.web.schema import array_of, members
from api.webhooks.message import CHANGED, LOST, TEST

CHANNEL = "webhook"
_SIGNED = texts(
    webhook_id="of the message, the same at every attempt: for deduplication",
    webhook_timestamp="of the attempt, seconds since the epoch",
    webhook_signature="v1,<base64 of HMAC-SHA256>; two of them while a secret is rotated",
) | {"required": ["webhook-id", "webhook-timestamp", "webhook-signature"]}


def _posted(name: str, kind: str, timestamp: str, data: Piece) -> Piece:
    return members(
        name,
        {
            "type": ({"type": "string", "enum": [kind]}, "what it tells"),
            "timestamp": ("datetime", timestamp),
            "data": (data, "what happened"),
        },
    )


_CHANGES = members(
    "PostedChanges",
    {
        "changes": (array_of(ref("components", "schemas", "Change")), "in order"),
        "next": ("string", "the cursor behind them"),
    },
)
_LOSS = members(
    "PostedLoss",
    {
        "after": ("string", "the cursor that was reached"),
        "next": ("string", "the cursor that it goes on from"),
        "detail": ("string", "what to do"),
    },
)
_TRIAL = members("PostedTest", {"webhook_id": ("string", "of the subscription")})
_POSTED = {
    "WebhookChanges": (
        "Changes, in order.",
        _posted("Changed", CHANGED, "recorded_at of the newest change", _CHANGES),
    ),
    "WebhookLost": (
        "Changes between two cursors are no longer kept and were not sent.",
        _posted("Lost", LOST, "of the message", _LOSS),
    ),
    "WebhookTest": (
        "An event that means nothing, sent when it is asked for.",
        _posted("Tested", TEST, "of the message", _TRIAL),
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
