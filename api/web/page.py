"""The envelope of every CDS listing (CDS-WG3-01 10.x list)."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import urlencode

import orjson

from api.reading.cursor import Cursor
from api.reading.page import Page

T = TypeVar("T")

JSON_OPTIONS = orjson.OPT_UTC_Z


def listing(
    name: str, page: Page[T], represent: Callable[[T], object], links: Callable[[Cursor], str]
) -> bytes:
    """Return the JSON text of a page; `next` and `previous` are URLs or null."""
    envelope = {
        name: [represent(item) for item in page.items],
        "next": links(page.next) if page.next else None,
        "previous": links(page.previous) if page.previous else None,
    }
    return orjson.dumps(envelope, option=JSON_OPTIONS)


def linker(url: str, query: Iterable[tuple[str, str]]) -> Callable[[Cursor], str]:
    """Return what makes a cursor the absolute URL of its page, with the request's filters."""
    kept = [(name, value) for name, value in query if name != "cursor"]

    def link(cursor: Cursor) -> str:
        return f"{url}?{urlencode([*kept, ('cursor', cursor.encode())])}"

    return link
