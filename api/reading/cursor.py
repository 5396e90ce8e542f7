"""Cursors of listings: a keyset position, opaque to the client, checked when it comes back."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

import orjson

from gridfeed.domain.calendar.instants import instant, microseconds

#: The sort keys of an object, in order: integers (instants are microseconds since the epoch) and
#: ids.
Key = tuple[int | str, ...]

_INT64 = 2**63


class BadCursorError(ValueError):
    """The text is not a cursor of this listing."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The objects after (or before) `key` in a listing that began at `listed_at`."""

    listed_at: datetime
    key: Key
    backwards: bool

    def encode(self) -> str:
        """Return the text for `next` and `previous`."""
        parts = [int(self.backwards), microseconds(self.listed_at), *self.key]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str, shape: tuple[type, ...]) -> "Cursor":
        """Decode a text of `encode`. shape: the types of the listing's sort keys.

        Raises BadCursorError for any other text.
        """
        try:
            parts = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            backwards, listed_at, *key = parts
        except (ValueError, TypeError, binascii.Error):
            raise BadCursorError from None
        if [type(part) for part in parts] != [int, int, *shape]:
            raise BadCursorError
        if not all(_storable(part) for part in parts):
            raise BadCursorError
        try:
            return cls(instant(listed_at), tuple(key), backwards=bool(backwards))
        except OverflowError:
            raise BadCursorError from None


def without_instant(text: str) -> str:
    """Return a cursor's text without the instant at which its listing began.

    Any other text is returned unchanged.
    """
    try:
        backwards, _, *key = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error):
        return text
    return orjson.dumps([backwards, *key]).decode()


def _storable(part: int | str) -> bool:
    return "\0" not in part if isinstance(part, str) else -_INT64 <= part < _INT64
