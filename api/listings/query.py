"""Pages of listings whose statement filters, places and orders: it returns one row per object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import asyncpg

from api.reading.cursor import Cursor
from api.reading.page import PAGE_SIZE, Page
from api.reading.session import Session

T = TypeVar("T")

#: The sort key of listings that are ordered by last modification, newest first, then by id.
AGE_AND_ID: Mapping[str, type] = {"age_rank": int, "id": str}


@dataclass(frozen=True, slots=True)
class Statement(Generic[T]):
    """A statement `sql/<name>.sql` that answers a page.

    Its parameters are the filters; `listed_at`, the instant at which the listing began; the parts
    of the cursor's key, each as `cursor_<name>`; `backwards`, the direction of reading; and
    `limit`, the number of rows. make: makes the listed object of a row. key: returns the sort key
    of a listed object. shape: the names and types of the key's parts.
    """

    name: str
    make: Callable[[asyncpg.Record], T]
    key: Callable[[T], tuple[int | str, ...]]
    shape: Mapping[str, type] = field(default_factory=lambda: AGE_AND_ID)

    async def page(
        self, session: Session, filters: Mapping[str, Any], cursor: Cursor | None
    ) -> Page[T]:
        """Return a page. A filter of None does not narrow; an empty list matches nothing."""
        listed_at = cursor.listed_at if cursor else session.opened_at
        rows = await session.fetch(self.name, **filters, **self._position(cursor, listed_at))
        return Page.cut([self.make(row) for row in rows], cursor, listed_at, self.key)

    def _position(self, cursor: Cursor | None, listed_at: datetime) -> dict[str, object]:
        key = cursor.key if cursor else (None,) * len(self.shape)
        return {
            "listed_at": listed_at,
            **{f"cursor_{name}": part for name, part in zip(self.shape, key, strict=True)},
            "backwards": cursor is not None and cursor.backwards,
            "limit": PAGE_SIZE + 1,
        }


def rows_of(name: str, *keys: str, shape: Mapping[str, type] = AGE_AND_ID) -> Statement[Any]:
    """Return a statement whose rows are listed unchanged. keys: the columns of its sort key."""
    return Statement(name, lambda row: row, lambda row: tuple(row[key] for key in keys), shape)
