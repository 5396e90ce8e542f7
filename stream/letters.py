"""Turns rejected messages into letters, and remembers the letters that messages already have."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from gridfeed.domain.words import Reason
from gridfeed.kafka.letter import (
    KEPT_KEY_BYTES,
    Contents,
    DeadLetter,
    Headers,
    headers_of,
    own_headers,
)
from stream.fetched import Record

#: A detail may quote a text of the message; a longer quotation helps nobody.
DETAIL_CHARACTERS = 500
#: A letter smaller than this always keeps its value.
ALWAYS_WHOLE_BYTES = 65_536
#: Bytes of a letter without its key, value and headers; bytes of a header without its texts.
_FRAME_BYTES, _HEADER_FRAME_BYTES = 128, 10


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record and why it was rejected."""

    record: Record
    reason: Reason
    detail: str

    @property
    def why(self) -> Headers:
        """Return the reason and the origin of the message, as headers named in DESIGN 2.1."""
        detail = self.detail
        if len(detail) > DETAIL_CHARACTERS:
            detail = f"{detail[:DETAIL_CHARACTERS]} ..."
        record = self.record
        return headers_of(self.reason, detail, (record.topic, record.partition, record.offset))


@dataclass(frozen=True, slots=True)
class Letter:
    """A rejection in the form in which it is sent."""

    key: bytes | None
    value: bytes | None
    headers: Headers

    @classmethod
    def whole(cls, rejection: Rejection) -> "Letter":
        """Return the unchanged message as a letter.

        Omits headers of the message that could be mistaken for the letter's own.
        """
        record = rejection.record
        # A message with neither key nor value cannot be sent; an empty value comes closest.
        value = b"" if record.key is None and record.value is None else record.value
        return cls(record.key, value, [*own_headers(record.headers), *rejection.why])

    @property
    def size(self) -> int:
        """Return the most bytes that the letter takes."""
        headers = sum(
            len(name.encode()) + len(value or b"") + _HEADER_FRAME_BYTES
            for name, value in self.headers
        )
        return _FRAME_BYTES + headers + len(self.key or b"") + len(self.value or b"")


async def letter_within(rejection: Rejection, limit: int) -> Letter:
    """Return a rejection as a letter: whole if it fits, else without value and message headers.

    limit: the most bytes of a whole letter; letters up to ALWAYS_WHOLE_BYTES are always whole.
    """
    letter = Letter.whole(rejection)
    if letter.size <= max(limit, ALWAYS_WHOLE_BYTES):
        return letter
    contents = await asyncio.to_thread(Contents.of, letter.value)
    key = letter.key if len(letter.key or b"") <= KEPT_KEY_BYTES else None
    return Letter(key, b"", [*rejection.why, *contents.headers])


class SentLetters:
    """The letters that a partition's messages already have, as far as its owner knows.

    Others may write to `dead.letters`, too. A letter counts only if it equals the letter that this
    worker would send: the same origin, message and reason.
    """

    def __init__(self, end: int) -> None:
        """Start without letters. end: the offset in `dead.letters` at which reading continues."""
        self.end = end
        self._found: dict[int, dict[bytes, int]] = {}

    def note(self, letter: DeadLetter) -> None:
        """Remember a letter of this partition."""
        if letter.origin_offset is not None and letter.reason is not None:
            marks = self._found.setdefault(letter.origin_offset, {})
            marks.setdefault(_mark_of(letter), letter.offset)

    def without(self, rejections: Sequence[Rejection]) -> Sequence[Rejection]:
        """Return the rejections that have no letter yet."""
        if not self._found:
            return rejections
        return [each for each in rejections if not self._has(each)]

    def begin(self, position: int, log_end: int | None) -> int:
        """Return where the next owner, which starts at `position`, must start to read letters.

        log_end: the end of the messages' log. A letter with an origin at or after it has no
        message.
        """
        for origin in [origin for origin in self._found if origin < position]:
            del self._found[origin]
        return min(
            (
                offset
                for origin, marks in self._found.items()
                for offset in marks.values()
                if log_end is None or origin < log_end
            ),
            default=self.end,
        )

    def _has(self, rejection: Rejection) -> bool:
        marks = self._found.get(rejection.record.offset)
        if marks is None:
            return False
        letter = Letter.whole(rejection)
        headers = own_headers(rejection.record.headers)
        if _mark(rejection.reason, letter.key, letter.value, headers) in marks:
            return True
        without_value = _mark_without_value(rejection.reason, Contents.of(letter.value))
        return letter.size > ALWAYS_WHOLE_BYTES and without_value in marks


def _mark_of(letter: DeadLetter) -> bytes:
    reason = letter.reason or ""
    if letter.left_out is not None:
        return _mark_without_value(reason, letter.left_out)
    return _mark(reason, letter.key, letter.value, list(letter.headers))


def _mark(reason: str, key: bytes | None, value: bytes | None, headers: Headers) -> bytes:
    """Return a mark that distinguishes letters with the same origin."""
    mark = sha256(repr((str(reason), key, headers)).encode())
    mark.update(b"none" if value is None else b"value")
    mark.update(value or b"")
    return mark.digest()


def _mark_without_value(reason: str, contents: Contents) -> bytes:
    return sha256(repr((str(reason), contents)).encode()).digest()
