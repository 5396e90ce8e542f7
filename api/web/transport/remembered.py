"""Answers of before, each with what the database was then; bounded, the longest unused go first."""

from collections import OrderedDict
from dataclasses import dataclass

from api.reading.session import Grant

#: Grant, scheme, host, path, query string, Accept: all that an answer depends on but the database.
Key = tuple[Grant, str, str | None, str, bytes, str | None]
Headers = list[tuple[bytes, bytes]]

#: What is kept of one process's answers, and the longest body that is.
MOST_BYTES, LONGEST_BODY = 64 * 2**20, 2**20
#: Of so many URLs that were asked for once alone it is known that they were.
ONCE = 16_384
#: What an answer takes beside its texts.
_OVERHEAD = 1_000


@dataclass(frozen=True, slots=True)
class Since:
    """The state of the database of before an answer was asked for.

    tagged: of what its entity tag stands for. whole: of its every byte.
    """

    tagged: str
    whole: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer of 200. unchanged: headers of its 304. body: None where it is too long to keep."""

    since: Since
    tag: str
    unchanged: Headers
    headers: Headers
    body: bytes | None
    route: object

    def size(self) -> int:
        """Return about how many bytes it takes."""
        texts = (len(text) for header in self.headers + self.unchanged for text in header)
        return _OVERHEAD + sum(texts) + len(self.body or b"")


class Answers:
    """Holds at most MOST_BYTES."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Hold nothing yet."""
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, Remembered] = OrderedDict()
        self._once: OrderedDict[int, None] = OrderedDict()

    def is_first(self, key: Key) -> bool:
        """Tell whether this is asked for the first time, as far as is known.

        What is asked for once alone, such as the pages of a walk, then costs nothing and drives
        nothing out. Two keys of one hash are taken for one: that is only a little sooner.
        """
        if key in self._kept or self._once.pop(hash(key), self) is None:
            return False
        self._once[hash(key)] = None
        if len(self._once) > ONCE:
            self._once.popitem(last=False)
        return True

    def get(self, key: Key) -> Remembered | None:
        """Return the answer of before."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Key, answer: Remembered) -> None:
        """Put it in the place of the one of before."""
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
