"""Messages as an independent writer makes them: fastavro itself, with the schemas as they stand."""

import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

import schemas
from gridfeed.avro.schemas import SchemaStore
from gridfeed.avro.writers import Writers

OLDER = {path.stem: path.read_text() for path in Path(__file__).with_name("schemas").iterdir()}
TEXTS = schemas.avro() | OLDER

SAMPLE = {
    "meter_number": "serf-east-1",
    "observed_at": 1_767_225_600_000_000,  # 2026-01-01T00:00Z
    "power_kw": 5.25,
    "quality": "GOOD",
    "channel": "GROSS",
}


@cache
def parsed(text: str) -> Any:
    """Return a schema as fastavro wants it."""
    return fastavro.parse_schema(json.loads(text))


def header_of(text: str) -> bytes:
    """Return C3 01 and the fingerprint of a schema."""
    canonical = to_parsing_canonical_form(parsed(text))
    return b"\xc3\x01" + bytes.fromhex(fingerprint(canonical, "CRC-64-AVRO"))


def body_of(text: str, record: dict[str, Any]) -> bytes:
    """Return the Avro bytes of a record; absent fields take the writer's default."""
    stream = BytesIO()
    fastavro.schemaless_writer(stream, parsed(text), record)
    return stream.getvalue()


def framed(text: str, record: dict[str, Any]) -> bytes:
    """Return a message in single-object encoding."""
    return header_of(text) + body_of(text, record)


def written(name: str, record: dict[str, Any]) -> bytes:
    """Return a message in single-object encoding, written with a kept schema."""
    return framed(TEXTS[name], record)


def sample(**changed: Any) -> bytes:
    """Return SAMPLE with some fields changed, in the newest schema."""
    return written("TelemetrySample", SAMPLE | changed)


def variant(*replaced: tuple[str, str], record: str = "TelemetrySample") -> str:
    """Return the newest schema with texts replaced and a field more, so that its CRC differs."""
    text = TEXTS[record]
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    schema = json.loads(text)
    schema["fields"].append({"name": "mark", "type": "string", "default": ""})
    return json.dumps(schema)


def writers(record: str = "TelemetrySample") -> Writers:
    """Return the writers of a topic, older versions included."""
    return Writers(record, SchemaStore(TEXTS))


def two_versions(newest: str, older: str, record: str = "TelemetrySample") -> Writers:
    """Return the writers of a topic with just these versions."""
    return Writers(record, SchemaStore({record: newest, f"{record}.v1": older}))
