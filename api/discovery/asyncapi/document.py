"""The whole document."""

from typing import Any
from urllib.parse import urlsplit

import gridfeed
from api.discovery.about import LICENSE, contact
from api.discovery.asyncapi import kafka, sse, websocket
from api.discovery.asyncapi.kafka import topics
from api.discovery.asyncapi.parts import JSON, Described, ref
from api.discovery.asyncapi.sse import server_sent_events
from api.discovery.asyncapi.webhooks import webhooks
from api.discovery.asyncapi.websocket import websocket as web_socket
from gridfeed.settings import Settings

ASYNCAPI = "3.0.0"
_TAGS = {
    "Kafka": "topics of incoming messages, and the topic of changes",
    "Server-sent events": "changes as the stream of one request",
    "WebSocket": "changes of several subscriptions over one connection",
    "Webhooks": "changes posted to a URL",
}
_BEARER = "bearer"
_DESCRIPTION = """
Production data arrives as messages; changes of published values are sent out.

A change has the same `change_id` everywhere: in the topic, as the id of the server-sent event, over
the WebSocket and in webhooks. Text order of change_ids is feed order. Generation is positive;
instants are UTC; numbers are exact decimals.
"""


def document(settings: Settings, api_url: str) -> dict[str, Any]:
    """Return the AsyncAPI document of this installation's API.

    settings: name and configure the topics. api_url: the base URL under which the API is reached.
    """
    parts = (topics(settings), server_sent_events(), web_socket(), webhooks())
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Gridfeed",
            "version": gridfeed.__version__,
            "description": _DESCRIPTION,
            "contact": contact(settings),
            "license": LICENSE,
            "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        },
        "defaultContentType": JSON,
        "servers": _servers(api_url),
        "channels": _together(parts, "channels"),
        "operations": _together(parts, "operations"),
        "components": {
            "messages": _together(parts, "messages"),
            "schemas": _together(parts, "schemas"),
            "securitySchemes": {_BEARER: {"type": "http", "scheme": "bearer"}},
        },
    }


def _servers(api_url: str) -> dict[str, Any]:
    parts = urlsplit(api_url)
    security = [ref("components", "securitySchemes", _BEARER)]
    path = {"pathname": parts.path.rstrip("/")} if parts.path.rstrip("/") else {}
    return {
        kafka.SERVER: {
            # Not the address itself: this document is for everybody.
            "host": "{bootstrap}",
            "protocol": "kafka",
            "variables": {
                "bootstrap": {
                    "default": "localhost:9092",
                    "description": "value of GRIDFEED_KAFKA_BOOTSTRAP; ask the operator",
                }
            },
        },
        sse.SERVER: {
            "host": parts.netloc,
            "protocol": parts.scheme,
            "security": security,
            **path,
        },
        websocket.SERVER: {
            "host": parts.netloc,
            "protocol": "wss" if parts.scheme == "https" else "ws",
            "security": security,
            **path,
        },
    }


def _together(parts: tuple[Described, ...], name: str) -> dict[str, Any]:
    return {key: piece for part in parts for key, piece in getattr(part, name).items()}
