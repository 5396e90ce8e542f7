"""Finds where a record of any schema ends: bounds are checked before values are read.

fastavro reads a negative enum or union index from the end of the list, as Python does, and accepts
varints of any length. Here these are errors, as the Avro specification demands.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gridfeed.avro.schemas import AvroSchema

_WIDTHS = {"null": 0, "boolean": 1, "float": 4, "double": 8}
_LONGEST_VARINT = 10
#: The most items in all arrays and maps of a record, except items of a fixed width, which are
#: skipped together. Three arrays of a forecast of 14,400 intervals have fewer. An item may take no
#: byte at all, so the length of a message limits nothing.
MOST_ITEMS = 50_000
Named = Mapping[str, AvroSchema]


class MalformedError(ValueError):
    """Bytes that are not a record of the schema; says at which field and why."""


def check_bounds(body: bytes, record: AvroSchema, named: Named) -> None:
    """Raise MalformedError unless `body` is exactly one whole record.

    named: the schemas that `record` refers to by full name.
    """
    try:
        end = _Record(body, named).end(0, record)
    except RecursionError:
        raise MalformedError("nested too deeply") from None
    if end != len(body):
        raise MalformedError(f"{len(body) - end} bytes are left after the record")


@dataclass(slots=True)
class _Record:
    """The bytes of one record. Every method takes a place in them and returns the next place."""

    body: bytes
    named: Named
    items_left: int = MOST_ITEMS

    def end(self, at: int, schema: AvroSchema) -> int:
        if isinstance(schema, list):
            index, at = self._index(at, len(schema), "branch of the union")
            return self.end(at, schema[index])
        kind = schema["type"] if isinstance(schema, dict) else schema
        if kind in _WIDTHS:
            return self._inside(at + _WIDTHS[kind])
        if kind in ("int", "long"):
            return self._varint(at)[1]
        if kind in ("string", "bytes"):
            return self._end_of_counted(at)
        return self._end_of_complex(at, self.named.get(kind, schema))

    def _end_of_complex(self, at: int, schema: AvroSchema) -> int:
        if schema["type"] == "enum":
            return self._index(at, len(schema["symbols"]), "symbol of the enum")[1]
        if schema["type"] == "fixed":
            return self._inside(at + schema["size"])
        if schema["type"] == "record":
            return self._end_of_fields(at, schema)
        parts = [schema["items"]] if schema["type"] == "array" else ["string", schema["values"]]
        return self._end_of_blocks(at, parts)

    def _end_of_fields(self, at: int, record: AvroSchema) -> int:
        for field in record["fields"]:
            try:
                at = self.end(at, field["type"])
            except MalformedError as error:
                raise MalformedError(f"{field['name']}: {error}") from None
        return at

    def _end_of_blocks(self, at: int, parts: list[AvroSchema]) -> int:
        """Skip the items of an array or a map, each made of `parts`."""
        while True:
            count, at = self._varint(at)
            if count == 0:
                return at
            if count < 0:
                count = -count
                _, at = self._varint(at)  # the block's size in bytes
            width = _WIDTHS.get(parts[0], 0) if isinstance(parts[0], str) else 0
            if width:
                at = self._inside(at + count * width)
                continue
            self._take(count)
            for _ in range(count):
                for part in parts:
                    at = self.end(at, part)

    def _take(self, items: int) -> None:
        self.items_left -= items
        if self.items_left < 0:
            raise MalformedError(f"more than {MOST_ITEMS} items in its arrays and maps")

    def _end_of_counted(self, at: int) -> int:
        length, at = self._varint(at)
        if length < 0:
            raise MalformedError(f"a length of {length} bytes is negative")
        return self._inside(at + length)

    def _index(self, at: int, count: int, what: str) -> tuple[int, int]:
        index, at = self._varint(at)
        if not 0 <= index < count:
            raise MalformedError(f"there is no {what} {index}, only 0 to {count - 1}")
        return index, at

    def _inside(self, end: int) -> int:
        if end > len(self.body):
            raise MalformedError(f"the record is {end - len(self.body)} bytes too short")
        return end

    def _varint(self, at: int) -> tuple[int, int]:
        """Return a number and the place after it."""
        bits = 0
        for place, byte in enumerate(self.body[at : at + _LONGEST_VARINT]):
            bits |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                if bits >= 1 << 64:
                    break
                return (bits >> 1) ^ -(bits & 1), at + place + 1
        if len(self.body) < at + _LONGEST_VARINT:
            raise MalformedError("the record ends inside a number")
        raise MalformedError("a number of more than 64 bits")
