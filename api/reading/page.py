"""One page of a listing, and the cursors of its neighbours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Self, TypeVar

from api.reading.cursor import Cursor, Key

T = TypeVar("T")

#: CDS-WG3-01 allows a listing to be paged only beyond 100 objects.
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing and the cursors of its neighbours; None where there is no neighbour."""

    items: Sequence[T]
    next: Cursor | None = None
    previous: Cursor | None = None

    @classmethod
    def cut(
        cls, rows: Sequence[T], cursor: Cursor | None, listed_at: datetime, key: Callable[[T], Key]
    ) -> Self:
        """Make a page from at most PAGE_SIZE + 1 rows in listing order.

        The extra row shows that the listing goes on in the direction of reading.
        """
        more = len(rows) > PAGE_SIZE
        backwards = cursor is not None and cursor.backwards
        items = rows[-PAGE_SIZE:] if backwards else rows[:PAGE_SIZE]
        if not items:
            return cls(items)
        after = Cursor(listed_at, key(items[-1]), backwards=False)
        before = Cursor(listed_at, key(items[0]), backwards=True)
        return cls(
            items,
            next=after if backwards or more else None,
            previous=before if cursor and (not backwards or more) else None,
        )
