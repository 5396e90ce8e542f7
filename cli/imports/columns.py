"""Columns of numbers that take eight bytes per row, since files may have millions of rows."""

from array import array
from typing import TypeAlias

# Quoted, because arrays are generic only for the type checker.
Integers: TypeAlias = "array[int]"
Doubles: TypeAlias = "array[float]"


def integers() -> Integers:
    """Return an empty column of 64-bit integers."""
    return array("q")


def doubles() -> Doubles:
    """Return an empty column of doubles."""
    return array("d")
