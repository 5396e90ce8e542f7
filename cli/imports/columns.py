"""Columns of numbers that take eight bytes a row: files may have millions of rows."""

from array import array
from typing import TypeAlias

# As text: arrays are generic for the type checker only.
Integers: TypeAlias = "array[int]"
Doubles: TypeAlias = "array[float]"


def integers() -> Integers:
    """Return an empty column of integers of 64 bits."""
    return array("q")


def doubles() -> Doubles:
    """Return an empty column of doubles."""
    return array("d")
