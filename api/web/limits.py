"""A limit that is checked before any work starts, as the documentation states it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """what: the limited quantity. most: its largest value. beyond: the answer beyond that value."""

    what: str
    most: str
    beyond: str
