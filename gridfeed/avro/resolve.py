"""Checks whether records of a writer schema can be read with the reader schema.

Avro specification 1.12, "Schema Resolution". fastavro finds this out only record by record, but a
schema that can never be read must be told apart from a single bad record.
"""

from typing import Any

from gridfeed.avro.schemas import AvroSchema, record_name

_PROMOTED_FROM = {
    "long": {"int"},
    "float": {"int", "long"},
    "double": {"int", "long", "float"},
    "string": {"bytes"},
    "bytes": {"string"},
}
_IGNORED = ("logicalType", "precision", "scale", "__fastavro_parsed", "__named_schemas")
_HOLDS_TYPES = ("type", "items", "values", "fields")

#: Factor and divisor from a writer's time unit to microseconds. A plain long is taken to have the
#: reader's unit, as the specification says. Local timestamps are no instants.
_MICROSECONDS = {
    None: (1, 1),
    "timestamp-micros": (1, 1),
    "timestamp-millis": (1000, 1),
    "timestamp-nanos": (1, 1000),
}


class UnresolvableError(ValueError):
    """A writer schema that the reader schema cannot read; says which field and why."""


def without_logical_types(schema: AvroSchema) -> AvroSchema:
    """Return the schema with the plain types beneath: instants as integers, decimals as bytes."""
    if isinstance(schema, list):
        return [without_logical_types(branch) for branch in schema]
    if isinstance(schema, dict):
        return {
            key: without_logical_types(value) if key in _HOLDS_TYPES else value
            for key, value in schema.items()
            if key not in _IGNORED
        }
    return schema


def writer_field_of(writer: AvroSchema, reader_field: dict[str, Any]) -> dict[str, Any] | None:
    """Return the writer's field for a reader's field, or None if the reader uses its default."""
    names = {reader_field["name"], *reader_field.get("aliases", ())}
    return next((field for field in writer["fields"] if field["name"] in names), None)


def check_record(writer: AvroSchema, reader: AvroSchema) -> None:
    """Raise UnresolvableError unless an expanded record schema can be read as another."""
    if record_name(writer) != record_name(reader):
        raise UnresolvableError(f"it does not define the record {record_name(reader)}")
    for field in reader["fields"]:
        given = writer_field_of(writer, field)
        if given is None and "default" not in field:
            raise UnresolvableError(f"it lacks the field {field['name']}, which has no default")
        if given and not _resolves(given["type"], field["type"]):
            raise UnresolvableError(f"its field {field['name']} has another type")


def time_unit(writer_type: AvroSchema) -> tuple[int, int]:
    """Return the factor and the divisor that convert a writer's instants to microseconds."""
    units = {_MICROSECONDS.get(_logical_type(branch)) for branch in _branches(writer_type)}
    unit = units.pop()
    if units or unit is None:
        raise UnresolvableError("an instant must be timestamp-micros, -millis or -nanos")
    return unit


def check_decimal(writer_type: AvroSchema, reader_type: AvroSchema) -> None:
    """Raise UnresolvableError if both types are decimals of different scales."""
    scale = reader_type.get("scale", 0)
    for branch in _branches(writer_type):
        if _logical_type(branch) == "decimal" and branch.get("scale", 0) != scale:
            raise UnresolvableError(f"decimals have scale {scale}, not {branch.get('scale', 0)}")


def _branches(schema: AvroSchema) -> list[AvroSchema]:
    return (
        [branch for branch in schema if branch != "null"] if isinstance(schema, list) else [schema]
    )


def _logical_type(schema: AvroSchema) -> str | None:
    return schema.get("logicalType") if isinstance(schema, dict) else None


def _resolves(writer: AvroSchema, reader: AvroSchema) -> bool:
    if isinstance(writer, list):
        return any(_resolves(branch, reader) for branch in writer)
    if isinstance(reader, list):
        return any(_resolves(writer, branch) for branch in reader)
    kind, wanted = _kind(writer), _kind(reader)
    if kind != wanted:
        return kind in _PROMOTED_FROM.get(wanted, ())
    if kind in ("array", "map"):
        inner = "items" if kind == "array" else "values"
        return _resolves(writer[inner], reader[inner])
    if kind in ("enum", "fixed"):
        return _unqualified(writer) == _unqualified(reader) and writer.get("size") == reader.get(
            "size"
        )
    return True


def _kind(schema: AvroSchema) -> str:
    return str(schema["type"] if isinstance(schema, dict) else schema)


def _unqualified(schema: AvroSchema) -> str:
    return str(schema["name"]).rpartition(".")[2]
