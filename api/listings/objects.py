"""Rows whose columns are the members of a CDS object (CDS-WG3-01 10.1 to 10.9) as JSON; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Published:
    """Which columns are published.

    optional: only to a client with details (7.2). documents: columns of JSON text. absent: members
    that an object lacks where the column is NULL; any other is null.
    """

    members: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()

    @classmethod
    def by(
        cls, schema: Mapping[str, Any], optional: tuple[str, ...] = (), absent: tuple[str, ...] = ()
    ) -> "Published":
        """Return what a JSON Schema of the object documents, in its order."""
        properties = schema["properties"]
        documents = frozenset(name for name, kind in properties.items() if _holds_objects(kind))
        return cls(tuple(properties), frozenset(optional), documents, frozenset(absent))

    def shown(self, row: Mapping[str, Any], *, details: bool) -> dict[str, object]:
        """Return the object of a row; decimals keep their digits."""
        return {
            name: self._member(name, row[name])
            for name in self.members
            if (details or name not in self.optional)
            and (row[name] is not None or name not in self.absent)
        }

    def _member(self, name: str, value: object) -> object:
        if isinstance(value, Decimal):
            return orjson.Fragment(f"{value:f}")
        if isinstance(value, str) and name in self.documents:
            return orjson.Fragment(value)
        return value


def _holds_objects(kind: Mapping[str, Any]) -> bool:
    inside = [*kind.get("anyOf", ()), kind.get("items", {})]
    return kind.get("type") == "object" or any(_holds_objects(each) for each in inside if each)
