"""What is posted to the subscribers of /v1/webhooks, after Standard Webhooks."""

from api.discovery.asyncapi.parts import Described, channel, json_message, operation, texts
from api.web.shapes import Shape, schemas
from api.webhooks.message import Changed, Lost, Tested

CHANNEL = "webhook"
_SIGNED = texts(
    webhook_id="id of the message, the same at every attempt; use it to find repetitions",
    webhook_timestamp="time of the attempt, seconds since 1970",
    webhook_signature="v1,<base64 of HMAC-SHA256>; two signatures while a secret is rotated",
) | {"required": ["webhook-id", "webhook-timestamp", "webhook-signature"]}


_POSTED: dict[str, type[Shape]] = {
    "WebhookChanges": Changed,
    "WebhookLost": Lost,
    "WebhookTest": Tested,
}


def webhooks() -> Described:
    """Return channel, operation and messages."""
    payloads, components = schemas(*_POSTED.values())
    messages = {
        name: json_message(kind.__doc__ or "", payload, headers=_SIGNED)
        for (name, kind), payload in zip(_POSTED.items(), payloads, strict=True)
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
        components,
    )
