"""Remembered answers, each with the database's state at its time; the longest unused go first."""

from collections import OrderedDict
from dataclasses import dataclass

from api.reading.session import Grant

#: Grant, scheme, host, path, query string, Accept: an answer depends only on these and the
#: database.
Key = tuple[Grant, str, str | None, str, bytes, str | None]
Headers = list[tuple[bytes, bytes]]

#: The most bytes of answers that one process keeps, and the longest body that it keeps.
MOST_BYTES, LONGEST_BODY = 64 * 2**20, 2**20
#: Remembers at most this many requests that came only once.
ONCE = 16_384
#: The bytes that an answer takes besides its texts.
_OVERHEAD = 1_000


@dataclass(frozen=True, slots=True)
class Since:
    """The state of the database just before an answer was made.

    tagged: the state that its entity tag depends on. whole: the state that its bytes depend on.
    """

    tagged: str
    whole: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer of 200. unchanged: the headers of its 304. body: None if it is too long to keep."""

    since: Since
    tag: str
    unchanged: Headers
    headers: Headers
    body: bytes | None
    route: object

    def size(self) -> int:
        """Return the approximate number of bytes in memory."""
        texts = (len(text) for header in self.headers + self.unchanged for text in header)
        return _OVERHEAD + sum(texts) + len(self.body or b"")


class Answers:
    """Keeps answers of at most `most_bytes` altogether."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Start empty."""
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, Remembered] = OrderedDict()
        self._once: OrderedDict[int, None] = OrderedDict()

    def is_first(self, key: Key) -> bool:
        """Return whether this request comes for the first time, as far as is remembered.

        Requests that come only once, such as the pages of a walk, cost nothing and push no answer
        out. Two keys with one hash count as one: their answers are only kept a little sooner.
        """
        if key in self._kept or self._once.pop(hash(key), self) is None:
            return False
        self._once[hash(key)] = None
        if len(self._once) > ONCE:
            self._once.popitem(last=False)
        return True

    def get(self, key: Key) -> Remembered | None:
        """Return the remembered answer."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Key, answer: Remembered) -> None:
        """Keep the answer in place of the former one."""
        if (former := self._kept.pop(key, None)) is not None:
            self._bytes -= _size(key, former)
        self._kept[key] = answer
        self._bytes += _size(key, answer)
        while self._bytes > self._most_bytes:
            oldest, dropped = self._kept.popitem(last=False)
            self._bytes -= _size(oldest, dropped)


def _size(key: Key, answer: Remembered) -> int:
    _, _, host, path, query_string, accept = key
    return answer.size() + len(host or "") + len(path) + len(query_string) + len(accept or "")
