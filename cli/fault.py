"""What is wrong in a file, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong on a line (from 1), with what would be accepted."""

    line: int
    text: str
