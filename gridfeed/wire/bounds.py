"""Where a record ends in its bytes, for any schema: bounds are checked before values are read.

fastavro reads a negative enum or union index from the end of the list, as Python does, and takes
varints of any length. Here these are errors, as the Avro specification has them.
"""

from collections.abc import Mapping

from gridfeed.wire.schemas import AvroSchema

_WIDTHS = {"null": 0, "boolean": 1, "float": 4, "double": 8}
_LONGEST_VARINT = 10
Named = Mapping[str, AvroSchema]


class MalformedError(ValueError):
    """Bytes that are not a record of the schema; says at which field and why."""


def check_bounds(body: bytes, record: AvroSchema, named: Named) -> None:
    """Raise MalformedError unless `body` is one record, whole and with nothing behind it.

    named: the schemas that `record` refers to by full name.
    """
    try:
        end = _end(body, 0, record, named)
    except RecursionError:
        raise MalformedError("nested too deeply") from None
    if end != len(body):
        raise MalformedError(f"{len(body) - end} bytes are left after the record")


def _end(body: bytes, at: int, schema: AvroSchema, named: Named) -> int:
    if isinstance(schema, list):
        index, at = _index(body, at, len(schema), "branch of the union")
        return _end(body, at, schema[index], named)
    kind = schema["type"] if isinstance(schema, dict) else schema
    if kind in _WIDTHS:
        return _inside(body, at + _WIDTHS[kind])
    if kind in ("int", "long"):
        return _varint(body, at)[1]
    if kind in ("string", "bytes"):
        return _end_of_counted(body, at)
    return _end_of_complex(body, at, named.get(kind, schema), named)


def _end_of_complex(body: bytes, at: int, schema: AvroSchema, named: Named) -> int:
    if schema["type"] == "enum":
        return _index(body, at, len(schema["symbols"]), "symbol of the enum")[1]
    if schema["type"] == "fixed":
        return _inside(body, at + schema["size"])
    if schema["type"] == "record":
        return _end_of_fields(body, at, schema, named)
    parts = [schema["items"]] if schema["type"] == "array" else ["string", schema["values"]]
    return _end_of_blocks(body, at, parts, named)


def _end_of_fields(body: bytes, at: int, record: AvroSchema, named: Named) -> int:
    for field in record["fields"]:
        try:
            at = _end(body, at, field["type"], named)
        except MalformedError as error:
            raise MalformedError(f"{field['name']}: {error}") from None
    return at


def _end_of_blocks(body: bytes, at: int, parts: list[AvroSchema], named: Named) -> int:
    """Step over the items of an array or a map, each made of `parts`."""
    while True:
        count, at = _varint(body, at)
        if count == 0:
            return at
        if count < 0:
            count = -count
            _, at = _varint(body, at)  # the block's size in bytes
        if count > len(body):
            raise MalformedError(f"{count} items in {len(body)} bytes")
        if isinstance(parts[0], str) and parts[0] in _WIDTHS:
            at = _inside(body, at + count * _WIDTHS[parts[0]])
            continue
        for _ in range(count):
            for part in parts:
                at = _end(body, at, part, named)


def _end_of_counted(body: bytes, at: int) -> int:
    length, at = _varint(body, at)
    if length < 0:
        raise MalformedError(f"a length of {length} bytes")
    return _inside(body, at + length)


def _index(body: bytes, at: int, count: int, what: str) -> tuple[int, int]:
    index, at = _varint(body, at)
    if not 0 <= index < count:
        raise MalformedError(f"there is no {what} {index}, only 0 to {count - 1}")
    return index, at


def _inside(body: bytes, end: int) -> int:
    if end > len(body):
        raise MalformedError(f"the bytes end {end - len(body)} too early")
    return end


def _varint(body: bytes, at: int) -> tuple[int, int]:
    bits = 0
    for place, byte in enumerate(body[at : at + _LONGEST_VARINT]):
        bits |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            if bits >= 1 << 64:
                break
            return (bits >> 1) ^ -(bits & 1), at + place + 1
    if len(body) < at + _LONGEST_VARINT:
        raise MalformedError("the bytes end inside a number")
    raise MalformedError("a number of more than 64 bits")
