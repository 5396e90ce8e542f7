"""A letter of `dead.letters`: the rejected message, with headers that state reason and origin.

If a message is too large for the topic, the value of its letter is empty. The headers
`gridfeed.truncated`, `gridfeed.length` and `gridfeed.sha256` then give the length of the value and
its SHA-256. The message itself can be read from its place in the topic it came from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from aiokafka import ConsumerRecord

_PREFIX = "gridfeed."
_REASON, _DETAIL = f"{_PREFIX}reason", f"{_PREFIX}detail"
_TOPIC, _PARTITION, _OFFSET = f"{_PREFIX}topic", f"{_PREFIX}partition", f"{_PREFIX}offset"
_TRUNCATED, _LENGTH, _SHA256 = f"{_PREFIX}truncated", f"{_PREFIX}length", f"{_PREFIX}sha256"
#: A letter without a value also omits a key longer than this; a meter number is shorter.
KEPT_KEY_BYTES = 1024
#: Digits of the greatest offset.
_MOST_DIGITS = 19

#: In Kafka's form: a name may occur more than once, a value may be missing.
Header = tuple[str, bytes | None]
Headers = list[Header]


@dataclass(frozen=True, slots=True)
class Contents:
    """Describes a value that a letter omits. length: bytes. sha256: in hexadecimal digits."""

    length: int
    sha256: str

    @classmethod
    def of(cls, value: bytes | None) -> "Contents":
        """Return the description of a value; None counts as empty."""
        return cls(len(value or b""), sha256(value or b"").hexdigest())

    @property
    def headers(self) -> Headers:
        """Return the description as a letter's headers."""
        told = ((_TRUNCATED, "true"), (_LENGTH, str(self.length)), (_SHA256, self.sha256))
        return [(name, text.encode()) for name, text in told]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A rejected message as it is stored in `dead.letters`.

    partition, offset: the place of the letter. topic, origin_partition, origin_offset: the place of
    the message; None: the letter does not say. headers: the message's own. left_out: describes the
    value if the letter omits it; the key may be omitted, too.
    """

    partition: int
    offset: int
    at: datetime
    reason: str | None
    detail: str | None
    topic: str | None
    origin_partition: int | None
    origin_offset: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()
    left_out: Contents | None = None

    @property
    def meter_number(self) -> str | None:
        """Return the key as text, if it is text."""
        try:
            return None if self.key is None else self.key.decode()
        except UnicodeDecodeError:
            return None


def headers_of(reason: str, detail: str, place: tuple[str, int, int]) -> Headers:
    """Return the headers of a letter. place: topic, partition and offset of its message."""
    topic, partition, offset = place
    return [
        (_REASON, reason.encode()),
        (_DETAIL, detail.encode("utf-8", "backslashreplace")),
        (_TOPIC, topic.encode()),
        (_PARTITION, b"%d" % partition),
        (_OFFSET, b"%d" % offset),
    ]


def own_headers(headers: Iterable[Header]) -> Headers:
    """Return the headers of a message, except those that are named like a letter's."""
    return [header for header in headers if not header[0].startswith(_PREFIX)]


def dead_letter(record: ConsumerRecord) -> DeadLetter:
    """Return a record of `dead.letters` as a letter, even if it states little."""
    said = {name: value for name, value in record.headers if name.startswith(_PREFIX)}
    return DeadLetter(
        record.partition,
        record.offset,
        _instant(record.timestamp),
        _text(said.get(_REASON)),
        _text(said.get(_DETAIL)),
        _text(said.get(_TOPIC)),
        _number(said.get(_PARTITION)),
        _number(said.get(_OFFSET)),
        record.key,
        record.value,
        tuple(own_headers(record.headers)),
        _left_out(said),
    )


def _left_out(said: dict[str, bytes | None]) -> Contents | None:
    length, digest = _number(said.get(_LENGTH)), _text(said.get(_SHA256))
    if _TRUNCATED not in said or length is None or digest is None:
        return None
    return Contents(length, digest)


def _instant(milliseconds: int) -> datetime:
    """Return a timestamp; if it is beyond the calendar, return the calendar's first instant.

    A producer may send such a timestamp.
    """
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.min.replace(tzinfo=UTC)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _number(value: bytes | None) -> int | None:
    is_number = value is not None and value.isdigit() and len(value) <= _MOST_DIGITS
    return int(value) if value is not None and is_number else None
