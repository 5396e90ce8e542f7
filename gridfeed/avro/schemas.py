"""The kept Avro schemas, parsed once: the newest by record name, all by fingerprint."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import fastavro
from fastavro.schema import fingerprint as hex_fingerprint
from fastavro.schema import to_parsing_canonical_form

import schemas

#: A schema as `fastavro.parse_schema` returns it, with full names and no other changes.
AvroSchema = Any

_LONGEST_CAUSE = 300


class BadSchemaError(ValueError):
    """A text that is no Avro schema, or not the schema that was looked for."""


def parse(text: str) -> AvroSchema:
    """Return the parsed schema. Raises BadSchemaError with the cause."""
    try:
        return fastavro.parse_schema(json.loads(text))
    # On malformed JSON (a number, a field without a name) the parser raises errors of any kind.
    except Exception as error:
        cause = f"{type(error).__name__}: {error}"[:_LONGEST_CAUSE]
        raise BadSchemaError(f"no Avro schema: {cause}") from error


def fingerprint(schema: AvroSchema) -> bytes:
    """Return the CRC-64-AVRO of the Parsing Canonical Form, little-endian.

    Avro specification 1.12, "Schema Fingerprints" and "Single-object encoding".
    """
    return bytes.fromhex(hex_fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


def record_name(schema: AvroSchema) -> str | None:
    """Return the name of a record schema without its namespace, or None for any other type."""
    if isinstance(schema, dict) and schema.get("type") == "record":
        return str(schema["name"]).rpartition(".")[2]
    return None


class SchemaStore:
    """Schemas by record name and by fingerprint."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        """Parse `texts`, from file names without suffix to JSON texts; by default the kept schemas.

        `TelemetrySample` is the newest version, `TelemetrySample.v1` an older one. Raises
        BadSchemaError for a text that is no record schema of its file's name.
        """
        self._newest: dict[str, AvroSchema] = {}
        self._versions: dict[bytes, AvroSchema] = {}
        # Newest first: versions that differ only in defaults have the same fingerprint.
        for name, text in sorted((schemas.avro() if texts is None else texts).items()):
            record, _, version = name.partition(".")
            schema = parse(text)
            if record_name(schema) != record:
                raise BadSchemaError(f"{name}.avsc does not define the record {record}")
            if not version:
                self._newest[record] = schema
            self._versions.setdefault(fingerprint(schema), schema)

    def reader(self, record: str) -> AvroSchema:
        """Return the newest schema of the record. Raises BadSchemaError if there is none."""
        try:
            return self._newest[record]
        except KeyError:
            raise BadSchemaError(f"there is no schemas/avro/{record}.avsc") from None

    def version(self, crc: bytes) -> AvroSchema | None:
        """Return the schema with this fingerprint (8 bytes, little-endian), if one is kept."""
        return self._versions.get(crc)


@cache
def kept() -> SchemaStore:
    """Return the store of `schemas/avro/`."""
    return SchemaStore()
