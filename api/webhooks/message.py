"""What a receiver is sent; pure."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

import orjson

from api.web.page import JSON_OPTIONS
from api.webhooks.send import Message
from gridfeed.domain.published.feed_position import Position, cursor

CHANGED, LOST, TEST = "segments.changed", "changes.lost", "webhook.test"
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with

_LOST_TEXT = (
    "Changes between `after` and `next` are no longer kept and were not sent. Read the values again"
    " (GET /cds/v1/usage-segments); what is sent from now on follows `next`."
)


def new_id(message_type: str) -> str:
    """Return a message id that tells a loss from changes."""
    return f"{'lost' if message_type == LOST else 'msg'}_{secrets.token_hex(12)}"


def tells_loss(message_id: str) -> bool:
    """Tell whether the id is of a message about changes that are no longer kept."""
    return message_id.startswith("lost_")


def shown_secret(secret: bytes) -> str:
    """Return a secret as Standard Webhooks writes it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def changed(message_id: str, changes: Sequence[bytes], through: Position) -> Message:
    """Return changes, each JSON text; `next` is the cursor behind them."""
    newest = orjson.loads(changes[-1])["recorded_at"]
    return Message(
        message_id,
        b'{"type":"%s","timestamp":"%s","data":{"changes":[%s],"next":"%s"}}'
        % (CHANGED.encode(), newest.encode(), b",".join(changes), cursor(through).encode()),
    )


def lost(message_id: str, after: Position, oldest: Position, now: datetime) -> Message:
    """Return what a receiver is told when the feed no longer reaches back to its cursor."""
    data = {"after": cursor(after), "next": cursor(oldest), "detail": _LOST_TEXT}
    return _message(message_id, LOST, now, data)


def test(webhook_id: str, now: datetime) -> Message:
    """Return an event that means nothing."""
    return _message(new_id(TEST), TEST, now, {"webhook_id": webhook_id})


def _message(message_id: str, message_type: str, at: datetime, data: object) -> Message:
    document = {"type": message_type, "timestamp": at, "data": data}
    return Message(message_id, orjson.dumps(document, option=JSON_OPTIONS))
