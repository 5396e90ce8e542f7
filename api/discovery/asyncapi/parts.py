"""Pieces of AsyncAPI 3 documents in a few words (specification 3.0.0)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.web.parameters import Parameters

Piece = dict[str, Any]

JSON, AVRO_FORMAT = "application/json", "application/vnd.apache.avro+json;version=1.9.0"


@dataclass(frozen=True, slots=True)
class Described:
    """Parts of a document that belong together; names are keys in the document."""

    channels: Mapping[str, Piece] = field(default_factory=dict)
    operations: Mapping[str, Piece] = field(default_factory=dict)
    messages: Mapping[str, Piece] = field(default_factory=dict)
    schemas: Mapping[str, Piece] = field(default_factory=dict)


def ref(*path: str) -> Piece:
    """Return a reference inside the document; / and ~ in names as JSON pointers write them."""
    parts = (part.replace("~", "~0").replace("/", "~1") for part in path)
    return {"$ref": "#/" + "/".join(parts)}


def channel(
    address: str | None, server: str | None, messages: Collection[str], **more: Any
) -> Piece:
    """Return a channel; None: an address that only the receiver knows, on no server of ours."""
    piece: Piece = {
        "address": address,
        "messages": {name: ref("components", "messages", name) for name in messages},
        **more,
    }
    if server is not None:
        piece["servers"] = [ref("servers", server)]
    return piece


def operation(
    action: str, of: str, messages: Iterable[str], description: str, **more: Any
) -> Piece:
    """Return what Gridfeed does: `send` or `receive`, over a channel of the document."""
    return {
        "action": action,
        "channel": ref("channels", of),
        "messages": [ref("channels", of, "messages", name) for name in messages],
        "description": description,
        **more,
    }


def json_message(summary: str, payload: Piece, **more: Any) -> Piece:
    """Return a message whose payload is JSON."""
    return {"summary": summary, "contentType": JSON, "payload": payload, **more}


def query(parameters: type[Parameters], *only: str) -> Piece:
    """Return the schema of query parameters, as the routes read them."""
    every = parameters.model_json_schema()["properties"]
    return {
        "type": "object",
        "properties": {
            name: {key: said for key, said in each.items() if key != "title" and said is not None}
            for name, each in every.items()
            if not only or name in only
        },
        "additionalProperties": False,
    }


def texts(**properties: str) -> Piece:
    """Return the schema of an object of strings; names are told in words, _ for -."""
    return {
        "type": "object",
        "properties": {
            name.replace("_", "-"): {"type": "string", "description": text}
            for name, text in properties.items()
        },
    }
