"""Objects of the specification whose members are columns of a row (CDS-WG3-01 10.1 to 10.9)."""

from collections.abc import Collection
from decimal import Decimal
from functools import cache
from typing import Annotated, TypeVar

import asyncpg
import msgspec
from msgspec import UNSET, Raw, inspect

from api.web.shapes import Shape, Time, means, number

S = TypeVar("S", bound=Shape)

Created = Annotated[Time, means("when it was declared")]
Modified = Annotated[Time, means("last change of any member except cds_synced")]
Synced = Annotated[Time, means("when the declaration was last confirmed")]


class Entity(Shape):
    """A company of the electricity market (CDS-WG3-01 10.1.4)."""

    id: Annotated[str, means("unique and stable")]
    types: Annotated[list[str], means("its roles: generator, distributor, ...")]
    entity_number: Annotated[str, means("global identifier")]
    entity_name: Annotated[str, means("full name")]
    entity_abbreviation: Annotated[str | None, means("usual abbreviation; null if there is none")]


def shown(kind: type[S], row: asyncpg.Record, absent: Collection[str] = (), *, details: bool) -> S:
    """Return the object of a row. Decimals keep their digits, JSON columns keep their text.

    An optional member named in `absent` is left out (UNSET) where its column is NULL. Other
    optional members are left out for a client without details (7.2).
    """
    members = {}
    for name, may_lack, holds_objects in _members(kind):
        value = row[name]
        if may_lack and (value is None if name in absent else not details):
            continue
        if isinstance(value, Decimal):
            value = number(value)
        elif holds_objects and isinstance(value, str):
            value = Raw(value.encode())
        members[name] = value
    return kind(**members)


@cache
def _members(kind: type[Shape]) -> list[tuple[str, bool, bool]]:
    """Return each member's name, whether it is optional, and whether it holds objects."""
    return [
        (each.name, each.default is UNSET, _holds_objects(inspect.type_info(each.type)))
        for each in msgspec.structs.fields(kind)
    ]


def _holds_objects(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.Metadata):
        return _holds_objects(kind.type)
    if isinstance(kind, inspect.UnionType):
        return any(_holds_objects(each) for each in kind.types)
    if isinstance(kind, inspect.ListType):
        return _holds_objects(kind.item_type)
    return isinstance(kind, inspect.StructType | inspect.DictType)
