"""The change feed as server-sent events."""

import orjson

from api.feed.changes.document import BODY as FEED

_CHANGE = FEED["example"]["changes"][0]
CONTENT = {
    "schema": {
        "type": "string",
        "description": "`data` of an event named by a kind is a change as in /v1/changes",
    },
    "example": (
        "retry: 2731\n"
        f"event: {_CHANGE['kind']}\ndata: {orjson.dumps(_CHANGE).decode()}\n"
        f"id: {_CHANGE['change_id']}\n\n:\n"
    ),
}
