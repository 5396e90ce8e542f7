"""A limit that holds before work starts, as the documents tell it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """what: of what. most: the largest that is answered. beyond: what is answered then."""

    what: str
    most: str
    beyond: str
