"""A column beside those of interval values."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Detail:
    """A Value Format and one Value Object a place, both JSON text; "null" where there is none."""

    value_format: orjson.Fragment
    cells: Sequence[str]
