"""The topics: channels by `topic_specs`, payloads by the kept Avro schemas."""

import json
from typing import Any

import schemas
from api.discovery.asyncapi.parts import AVRO_FORMAT, Described, Piece, channel, operation
from gridfeed.domain.words import Reason
from gridfeed.kafka.topics import (
    Stream,
    TopicSpec,
    changes_topic,
    dead_letters_topic,
    input_topics,
    topic_specs,
)
from gridfeed.settings import Settings

SERVER = "kafka"
_BINDING = {"bindingVersion": "0.5.0"}
_RECORDS = {
    Stream.TELEMETRY: "TelemetrySample",
    Stream.READS: "RevenueRead",
    Stream.FORECASTS: "Forecast",
    Stream.REGISTERS: "RegisterRead",
}
_KEY = {"type": "string", "description": "meter_number as UTF-8"}
_FRAMING = (
    "Avro single-object encoding: C3 01, the schema's CRC-64-AVRO fingerprint (8 bytes,"
    " little-endian), the record."
)
_AS_IT_CAME = (
    "The rejected message and its key, byte for byte; headers give the reason and the place."
)
_HEADERS = {
    "gridfeed.reason": {"type": "string", "enum": [str(reason) for reason in Reason]},
    "gridfeed.detail": {"type": "string", "description": "what was seen and what is accepted"},
    "gridfeed.topic": {"type": "string", "description": "topic of the rejected message"},
    "gridfeed.partition": {"type": "string", "pattern": r"^\d+$"},
    "gridfeed.offset": {"type": "string", "pattern": r"^\d+$"},
}


def topics(settings: Settings) -> Described:
    """Return the topics as these settings name and configure them."""
    inputs, out, letters = (
        input_topics(settings),
        changes_topic(settings),
        dead_letters_topic(settings),
    )
    message = {name: _RECORDS[stream] for name, (stream, _) in inputs.items()}
    message |= {out: "SegmentChange", letters: "DeadLetter"}
    channels = {spec.name: _channel(spec, message[spec.name]) for spec in topic_specs(settings)}
    operations = {
        f"receive.{name}": operation("receive", name, [message[name]], _reads(stream, tenant))
        for name, (stream, tenant) in inputs.items()
    }
    operations[f"send.{out}"] = operation(
        "send",
        out,
        ["SegmentChange"],
        "The change feed, at least once, in order of change_id for each meter.",
    )
    operations[f"send.{letters}"] = operation(
        "send",
        letters,
        ["DeadLetter"],
        "Rejected messages; `gridfeed dead-letters replay` sends them again.",
    )
    avro = {record: _avro(record) for record in (*_RECORDS.values(), "SegmentChange")}
    return Described(channels, operations, avro | {"DeadLetter": _dead_letter()})


def _reads(stream: Stream, tenant: str | None) -> str:
    whose = "any tenant's meters" if tenant is None else f"meters of tenant {tenant}"
    return f"{stream.capitalize()} of {whose}."


def _channel(spec: TopicSpec, message: str) -> Piece:
    config: dict[str, Any] = {
        key: int(text) if text.lstrip("-").isdecimal() else text
        for key, text in spec.config.items()
    }
    config["cleanup.policy"] = [config["cleanup.policy"]]
    binding = {
        "topic": spec.name,
        "partitions": spec.partitions,
        "replicas": spec.replication,
        "topicConfiguration": config,
        **_BINDING,
    }
    return channel(spec.name, SERVER, [message], bindings={"kafka": binding})


def _avro(record: str) -> Piece:
    schema = json.loads(schemas.avro()[record])
    return {
        "summary": schema.get("doc", record),
        "description": _FRAMING,
        "contentType": "avro/binary",
        "payload": {"schemaFormat": AVRO_FORMAT, "schema": schema},
        "bindings": {"kafka": {"key": _KEY, **_BINDING}},
    }


def _dead_letter() -> Piece:
    return {
        "summary": _AS_IT_CAME,
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "properties": _HEADERS, "required": list(_HEADERS)},
        "payload": {"type": "string", "format": "binary"},
        "bindings": {"kafka": {"key": {"description": "key of the rejected message"}, **_BINDING}},
    }
