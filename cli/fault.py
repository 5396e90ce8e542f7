"""A fault in a file, with its place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault on a line (counted from 1); the text also says what would be accepted."""

    line: int
    text: str
