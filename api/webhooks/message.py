"""What a receiver is sent; pure."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import orjson
from msgspec import Meta, Raw

from api.web.shapes import Shape, Time, TimeText, as_json, means
from api.webhooks.send import Message
from gridfeed.domain.published.feed_position import Position, cursor

CHANGED, LOST, TEST = "segments.changed", "changes.lost", "webhook.test"
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with

_LOST_TEXT = (
    "Changes between `after` and `next` are no longer kept and were not sent. Read the values again"
    " (GET /cds/v1/usage-segments); the next messages have the changes after `next`."
)


def _only(message_type: str) -> Meta:
    return Meta(description="kind of message", extra_json_schema={"enum": [message_type]})


#: The JSON text of a change, documented as the feed documents it.
_Change = Annotated[Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/Change"})]


class PostedChanges(Shape):
    """Changes of a message."""

    changes: Annotated[list[_Change], means("in order")]
    next: Annotated[str, means("cursor after these changes")]


class Changed(Shape):
    """Changes, in order."""

    type: Annotated[str, _only(CHANGED)]
    timestamp: Annotated[TimeText, means("recorded_at of the newest change")]
    data: Annotated[PostedChanges, means("what happened")]


class PostedLoss(Shape):
    """The changes that were not sent."""

    after: Annotated[str, means("cursor of the last change that was sent")]
    next: Annotated[str, means("cursor from which sending continues")]
    detail: Annotated[str, means("what to do")]


class Lost(Shape):
    """Changes between two cursors are no longer kept and were not sent."""

    type: Annotated[str, _only(LOST)]
    timestamp: Annotated[Time, means("of the message")]
    data: Annotated[PostedLoss, means("what happened")]


class PostedTest(Shape):
    """The subscription of a test event."""

    webhook_id: Annotated[str, means("id of the subscription")]


class Tested(Shape):
    """A test event, sent on request; it has no meaning."""

    type: Annotated[str, _only(TEST)]
    timestamp: Annotated[Time, means("of the message")]
    data: Annotated[PostedTest, means("what happened")]


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
    data = PostedChanges([Raw(each) for each in changes], cursor(through))
    return Message(message_id, as_json(Changed(CHANGED, newest, data)))


def lost(message_id: str, after: Position, oldest: Position, now: datetime) -> Message:
    """Return what a receiver is told when the feed no longer reaches back to its cursor."""
    data = PostedLoss(cursor(after), cursor(oldest), _LOST_TEXT)
    return Message(message_id, as_json(Lost(LOST, now, data)))


def test(webhook_id: str, now: datetime) -> Message:
    """Return an event that means nothing."""
    return Message(new_id(TEST), as_json(Tested(TEST, now, PostedTest(webhook_id))))
