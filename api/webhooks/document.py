"""Webhook subscriptions."""

from api.web.schema import Member, Schema, array_of, members

_OPTIONAL = "null: all that the token may see"
_WEBHOOK: dict[str, Member] = {
    "webhook_id": ("string", "of the subscription"),
    "url": ("string", "where changes are posted to"),
    "cds_productionproject_ids": ("string[]?", _OPTIONAL),
    "meter_numbers": ("string[]?", _OPTIONAL),
    "production_formats": ("string[]?", _OPTIONAL),
    "kinds": ("string[]?", "kinds of change; null: all"),
    "include_values": ("boolean", "whether changes carry the new values"),
    "coalesce": ("boolean", "whether updates of an open interval may come as one"),
    "state": (
        "string",
        "active; paused by PATCH; disabled after three days of failures; ended by an answer of 410",
    ),
    "reason": ("string?", "why it is disabled or ended"),
    "after": ("string", "everything up to here was delivered, or is not of it"),
    "failures": ("integer", "in a row"),
    "failing_since": ("datetime?", "the first of them"),
    "next_attempt_at": ("datetime?", "when it is tried again; null: nothing has failed"),
    "delivered_at": ("datetime?", "the last delivery"),
    "former_secret_until": ("datetime?", "until then the former secret signs, too"),
    "created_at": ("datetime", "when it was subscribed"),
    "modified_at": ("datetime", "by its client"),
}
_ONE = {
    "webhook_id": "wh_5f0c1d6c1d3a4b7e9a8b7c6d",
    "url": "https://example.com/hook",
    "cds_productionproject_ids": ["serf-east"],
    "meter_numbers": None,
    "production_formats": None,
    "kinds": None,
    "include_values": False,
    "coalesce": False,
    "state": "active",
    "reason": None,
    "after": "00000000000000000812-0000000000000000042",
    "failures": 0,
    "failing_since": None,
    "next_attempt_at": None,
    "delivered_at": "2026-03-01T08:10:02.004113Z",
    "former_secret_until": None,
    "created_at": "2026-03-01T08:00:00.000000Z",
    "modified_at": "2026-03-01T08:00:00.000000Z",
}
_SECRET: Member = ("string", "shown this once; it signs every message")
_SHOWN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
_ATTEMPT: dict[str, Member] = {
    "message_id": ("string", "webhook-id, the same at every attempt"),
    "result": (
        "string",
        "delivered, answered (not 2xx), gone, timed_out, unreachable or refused (by address)",
    ),
    "status": ("integer?", "the answer's"),
    "error": ("string?", "what went wrong"),
    "duration_seconds": ("number", "from resolving the host to the answer's end"),
}
_TRIED = {
    "message_id": "msg_8d1c4f5a9b0e7d6c5b4a3f2e",
    "result": "delivered",
    "status": 204,
    "error": None,
    "duration_seconds": 0.034201,
}

_SUBSCRIPTION = members("Webhook", _WEBHOOK)
#: Examples of requests.
NEW = {"url": "https://example.com/hook", "cds_productionproject_ids": ["serf-east"]}
CHANGES = {"kinds": ["CORRECTED", "FINALIZED"], "state": "active"}
ROTATION = {"overlap_seconds": 3600}
REPLAY = {"after": _ONE["after"]}
WEBHOOK: Schema = {**_SUBSCRIPTION, "example": _ONE}
CREATED: Schema = {
    **members("CreatedWebhook", {**_WEBHOOK, "secret": _SECRET}),
    "example": {**_ONE, "secret": _SHOWN},
}
WEBHOOKS: Schema = {
    **members("Webhooks", {"webhooks": (array_of(_SUBSCRIPTION), "oldest first")}),
    "example": {"webhooks": [_ONE]},
}
ROTATED: Schema = {
    **members(
        "RotatedSecret",
        {"secret": _SECRET, "former_secret_until": ("datetime", "it signs, too, till then")},
    ),
    "example": {"secret": _SHOWN, "former_secret_until": "2026-03-02T08:00:00Z"},
}
TESTED: Schema = {**members("TestOutcome", _ATTEMPT), "example": _TRIED}
_DELIVERY = members(
    "Delivery",
    {
        "number": ("integer", "counts the attempts of the subscription"),
        "type": ("string", "segments.changed, changes.lost or webhook.test"),
        "changes": ("integer", "in the message"),
        "attempted_at": ("datetime", "when it began"),
        **_ATTEMPT,
    },
)
DELIVERIES: Schema = {
    **members(
        "DeliveryPage",
        {
            "deliveries": (array_of(_DELIVERY), "newest first"),
            "next": ("integer?", "what to give as `before` to go on; null at the end"),
        },
    ),
    "example": {
        "deliveries": [
            {
                "number": 17,
                "type": "segments.changed",
                "changes": 1,
                "attempted_at": "2026-03-01T08:10:01.970000Z",
                **_TRIED,
            }
        ],
        "next": 17,
    },
}
