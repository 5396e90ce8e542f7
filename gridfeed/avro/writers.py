"""The writer schemas of one topic, by the header at the start of each message."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import fastavro
from fastavro.schema import expand_schema

from gridfeed.avro import framing, resolve
from gridfeed.avro.layout import Slot, layout_of
from gridfeed.avro.references import UnresolvedReferenceError
from gridfeed.avro.registry import SchemaRegistry
from gridfeed.avro.resolve import UnresolvableError
from gridfeed.avro.schemas import AvroSchema, BadSchemaError, SchemaStore, parse

#: An id counts as unknown for this long after the registry said so.
UNKNOWN_SECONDS = 60.0
#: New ids that the registry is asked for before a batch is decoded.
MOST_ASKED = 200
_MOST_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Writer:
    """One writer schema, prepared to be read as the topic's reader schema.

    schema, reader: without logical types. writer_fields: the writer's field for each field of the
    reader, None for its default. units: factor and divisor to microseconds of each instant. layout:
    the layout of its records, None if they are not flat.
    """

    schema: AvroSchema
    reader: AvroSchema
    writer_fields: Mapping[str, str | None]
    units: Mapping[str, tuple[int, int]]
    layout: tuple[Slot, ...] | None


def prepare(writer: AvroSchema, reader: AvroSchema) -> Writer:
    """Return the prepared writer. Raises UnresolvableError."""
    expanded, wanted = expand_schema(writer), expand_schema(reader)
    resolve.check_record(expanded, wanted)
    found = {field["name"]: resolve.writer_field_of(expanded, field) for field in wanted["fields"]}
    units = {}
    for field in wanted["fields"]:
        given = found[field["name"]]
        if given and _logical(field) == "timestamp-micros":
            units[field["name"]] = resolve.time_unit(given["type"])
        if given and _logical(field) == "decimal":
            resolve.check_decimal(given["type"], field["type"])
    return Writer(
        schema=fastavro.parse_schema(resolve.without_logical_types(writer)),
        reader=fastavro.parse_schema(resolve.without_logical_types(reader)),
        writer_fields={
            name: str(given["name"]) if given else None for name, given in found.items()
        },
        units=units,
        layout=layout_of(expanded),
    )


@dataclass(frozen=True, slots=True)
class _Unknown:
    """An id for which the registry has no schema now; a later answer may differ."""

    said: str


class Writers:
    """Every schema with which messages of one record type may be written."""

    def __init__(
        self,
        record: str,
        store: SchemaStore,
        registry: SchemaRegistry | None = None,
        *,
        unknown_seconds: float = UNKNOWN_SECONDS,
    ) -> None:
        """Take the record's name, the kept schemas and the registry, if one is set."""
        self._reader = store.reader(record)
        self._store = store
        self._registry = registry
        self._unknown_seconds = unknown_seconds
        self._known: dict[bytes, Writer | str] = {}
        #: For each id without a schema: when to ask again (monotonic seconds), and what to say of
        #: it.
        self._unknown: dict[int, tuple[float, str]] = {}

    async def learn(self, values: Iterable[bytes | None]) -> None:
        """Ask the registry for the unknown schemas of a batch.

        Await this before a batch is decoded. Raises RegistryError if the registry does not answer:
        then no message is at fault, and the batch must be tried again. If there are more than
        MOST_ASKED new ids, the ids that most messages name are asked for.
        """
        if self._registry is None:
            return
        now = time.monotonic()
        counts = framing.schema_ids(values)
        ids = [number for number, _ in counts.most_common() if self._is_new(number, now)]
        asked = ids[:MOST_ASKED]
        writers = await asyncio.gather(*(self._ask(self._registry, number) for number in asked))
        for number, writer in zip(asked, writers, strict=True):
            if isinstance(writer, _Unknown):
                again = time.monotonic() + self._unknown_seconds
                self._unknown[number] = again, writer.said
            else:
                self._known[framing.confluent_header(number)] = writer
                self._unknown.pop(number, None)
        for number in counts:
            if framing.confluent_header(number) not in self._known:
                # At the end, because the first ids are forgotten first.
                self._unknown[number] = self._unknown.pop(number, (0.0, _not_asked(number)))
        while len(self._unknown) > _MOST_REMEMBERED:
            self._unknown.pop(next(iter(self._unknown)))

    def _is_new(self, number: int, now: float) -> bool:
        known = framing.confluent_header(number) in self._known
        return not known and self._unknown.get(number, (0.0, ""))[0] <= now

    def of(self, header: bytes) -> Writer | str:
        """Return the writer that a header names, or a sentence that says why there is none."""
        known = self._known.get(header)
        if known is not None:
            return known
        number = framing.schema_id(header)
        if number is not None:
            return self._missing(number)
        schema = self._store.version(header[len(framing.SINGLE_OBJECT) :])
        if schema is None:
            crc = header[len(framing.SINGLE_OBJECT) :].hex()
            return f"no schema in schemas/avro has the fingerprint {crc} (little-endian)"
        self._known[header] = self._prepare(schema)
        return self._known[header]

    def _missing(self, number: int) -> str:
        if self._registry is None:
            return f"schema id {number} needs a registry; set GRIDFEED_SCHEMA_REGISTRY_URL"
        # Since `learn`, so many other ids were named that this one was forgotten.
        return self._unknown[number][1] if number in self._unknown else _not_asked(number)

    async def _ask(self, registry: SchemaRegistry, number: int) -> "Writer | str | _Unknown":
        """Return the writer of an id, or why it has none. Raises RegistryError."""
        try:
            text = await registry.text(number)
        except UnresolvedReferenceError as error:
            return _Unknown(f"schema id {number} {error}")
        if text is None:
            return _Unknown(f"the schema registry knows no id {number}")
        return self._prepare_text(text)

    def _prepare_text(self, text: str) -> Writer | str:
        try:
            return self._prepare(parse(text))
        except BadSchemaError as error:
            return f"the registered schema is {error}"

    def _prepare(self, schema: AvroSchema) -> Writer | str:
        try:
            return prepare(schema, self._reader)
        except UnresolvableError as error:
            return f"the schema cannot be read as {self._reader['name']}: {error}"


def _not_asked(number: int) -> str:
    return (
        f"schema id {number} was not looked up, because the batch names more than {MOST_ASKED} new"
        " ids; replay the letter if the id is registered"
    )


def _logical(field: Mapping[str, Any]) -> str | None:
    kind = field["type"]
    return kind.get("logicalType") if isinstance(kind, dict) else None
