"""The layout of a flat record in its bytes, as decoding in columns needs it."""

from dataclasses import dataclass
from enum import Enum, auto

from gridfeed.avro.schemas import AvroSchema

_NULL = "null"


class Kind(Enum):
    """How the length of a value is known."""

    VARINT = auto()
    ENUM = auto()
    COUNTED = auto()
    WIDE = auto()


@dataclass(frozen=True, slots=True)
class Slot:
    """One field: its kind, its width in bytes (WIDE), its symbols (ENUM).

    number: the numpy type of a float or double, else empty. null_branch: the position of null in
    the field's union with null; None if the field always has a value.
    """

    name: str
    kind: Kind
    number: str = ""
    width: int = 0
    symbols: tuple[str, ...] = ()
    null_branch: int | None = None


# An int and an enum are encoded like a long, and a string like bytes.
_PRIMITIVES = {
    "null": (Kind.WIDE, "", 0),
    "boolean": (Kind.WIDE, "", 1),
    "int": (Kind.VARINT, "", 0),
    "long": (Kind.VARINT, "", 0),
    "float": (Kind.WIDE, "<f4", 4),
    "double": (Kind.WIDE, "<f8", 8),
    "string": (Kind.COUNTED, "", 0),
    "bytes": (Kind.COUNTED, "", 0),
}


def layout_of(record: AvroSchema) -> tuple[Slot, ...] | None:
    """Return the slots of an expanded record schema, or None if the record is not flat.

    Flat: primitives, enums, fixed, logical types of these, and unions of one of them with null.
    """
    slots = [_slot(field["name"], field["type"]) for field in record["fields"]]
    return None if None in slots else tuple(slot for slot in slots if slot)


def _slot(name: str, schema: AvroSchema) -> Slot | None:
    null_branch = None
    if isinstance(schema, list):
        others = [branch for branch in schema if branch != _NULL]
        if len(schema) != 2 or len(others) != 1:
            return None
        null_branch = schema.index(_NULL)
        schema = others[0]
    kind = schema["type"] if isinstance(schema, dict) else schema
    if kind == "enum":
        return Slot(name, Kind.ENUM, "", 0, tuple(schema["symbols"]), null_branch)
    if kind == "fixed":
        return Slot(name, Kind.WIDE, "", schema["size"], (), null_branch)
    if kind in _PRIMITIVES:
        return Slot(name, *_PRIMITIVES[kind], (), null_branch)
    return None
