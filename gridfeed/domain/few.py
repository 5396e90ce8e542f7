"""Shortens long lists in a sentence."""

from collections.abc import Collection

#: Nobody reads more names than this in one line.
MOST_NAMED = 10


def few(names: Collection[object], count: int | None = None) -> str:
    """Return the first ten names and the number of the others, of `count` in all."""
    named = ", ".join(str(name) for name in list(names)[:MOST_NAMED])
    more = (len(names) if count is None else count) - min(len(names), MOST_NAMED)
    return f"{named} and {more} more" if more > 0 else named
