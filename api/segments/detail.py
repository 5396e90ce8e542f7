"""A column of a segment that does not hold interval values."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Detail:
    """A Value Format and a Value Object for each place, as JSON text; "null" where none exists."""

    value_format: orjson.Fragment
    cells: Sequence[str]
