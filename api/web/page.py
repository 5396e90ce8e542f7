"""The envelope of every CDS listing (CDS-WG3-01 10.x list)."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from api.reading.cursor import Cursor
from api.reading.page import Page
from api.web.shapes import Shape, means


def envelope(name: str, item: type[Shape]) -> Callable[..., Shape]:
    """Return the struct of a listing's answer. name: the array's name. item: its items' type."""
    made: Callable[..., Shape] = msgspec.defstruct(
        f"{item.__name__}Page",
        [
            (name, Annotated[list[item], means("at most 100")]),  # type: ignore[valid-type]
            ("next", Annotated[str | None, means("URL of the next page; null on the last page")]),
            (
                "previous",
                Annotated[str | None, means("URL of the previous page; null on the first page")],
            ),
        ],
        bases=(Shape,),
    )  # type: ignore[assignment] # defstruct is typed as if it knew no bases
    return made


def neighbours(page: Page[Any], links: Callable[[Cursor], str]) -> dict[str, str | None]:
    """Return the URLs `next` and `previous`; None where there is no such page."""
    return {
        "next": links(page.next) if page.next else None,
        "previous": links(page.previous) if page.previous else None,
    }


def linker(url: str, query: Iterable[tuple[str, str]]) -> Callable[[Cursor], str]:
    """Return a function that makes a cursor's absolute URL, with the request's filters."""
    kept = [(name, value) for name, value in query if name != "cursor"]

    def link(cursor: Cursor) -> str:
        return f"{url}?{urlencode([*kept, ('cursor', cursor.encode())])}"

    return link
