"""Pages of listings whose statement does it all: filters, position, order, one row an object."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import asyncpg

from api.reading.cursor import Cursor
from api.reading.page import PAGE_SIZE, Page
from api.reading.session import Session

T = TypeVar("T")

#: Sort key of everything that comes last modified first, then by id.
AGE_AND_ID = (int, str)


@dataclass(frozen=True, slots=True)
class Statement(Generic[T]):
    """A statement `sql/<name>.sql` that answers a page.

    It takes the filters, then when the listing began, the cursor's key, whether that is read
    backwards, and how many rows are wanted. make: a row to what is listed. key: what that is in
    order of; shape: its types.
    """

    name: str
    make: Callable[[asyncpg.Record], T]
    key: Callable[[T], tuple[int | str, ...]]
    shape: tuple[type, ...] = AGE_AND_ID

    async def page(
        self, session: Session, filters: Sequence[Any], cursor: Cursor | None
    ) -> Page[T]:
        """Return a page; of the filters None does not narrow, an empty list matches nothing."""
        listed_at = cursor.listed_at if cursor else session.opened_at
        rows = await session.fetch(self.name, *filters, *self._position(cursor, listed_at))
        return Page.cut([self.make(row) for row in rows], cursor, listed_at, self.key)

    def _position(self, cursor: Cursor | None, listed_at: datetime) -> tuple[object, ...]:
        key = cursor.key if cursor else (None,) * len(self.shape)
        return listed_at, *key, cursor is not None and cursor.backwards, PAGE_SIZE + 1


def rows_of(name: str, *keys: str, shape: tuple[type, ...] = AGE_AND_ID) -> Statement[Any]:
    """Return a statement whose rows are listed as they are; `keys` are the columns of its order."""
    return Statement(name, lambda row: row, lambda row: tuple(row[key] for key in keys), shape)
