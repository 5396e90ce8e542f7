"""Every way on which a client gets changes with their values, to its end."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from websockets.sync.client import connect

from tests.api.processes import Served, Stream, until
from tests.api.webhooks.receiver import Receiver
from tests.plain_http import PLAIN

Changes = list[dict[str, Any]]
#: Of a server, a token and a receiver of webhooks; how many changes there are to see.
Channel = Callable[[Served, str, Receiver, int], Changes]

#: Settings of a server that posts webhooks to this machine.
HERE = {"GRIDFEED_WEBHOOK_ALLOW_HTTP": "true", "GRIDFEED_WEBHOOK_ALLOW_PRIVATE": "true"}


def _poll(server: Served, token: str, _: Receiver, __: int, **parameters: str) -> Changes:
    answer = server.get("/v1/changes", token, after="0", include="values", **parameters)
    assert answer.status_code == 200, answer.text
    changes: Changes = answer.json()["changes"]
    return changes


def _poll_coalesced(server: Served, token: str, receiver: Receiver, count: int) -> Changes:
    return _poll(server, token, receiver, count, coalesce="true")


def _stream(server: Served, token: str, _: Receiver, count: int) -> Changes:
    parameters = {"after": "0", "include": "values"}
    return Stream(server.url, parameters, token).open().wait_for(count)


def _websocket(server: Served, token: str, _: Receiver, count: int) -> Changes:
    headers = {"Authorization": f"Bearer {token}"}
    asked = {"type": "subscribe", "subscription": "s", "after": "0", "include": ["values"]}
    changes: Changes = []
    with connect(server.websocket_url, additional_headers=headers, proxy=None) as socket:
        socket.send(json.dumps(asked))
        while len(changes) < count:
            message = json.loads(socket.recv(60))
            changes += [message["data"]] if message["type"] == "change" else []
    return changes


def _webhook(server: Served, token: str, receiver: Receiver, count: int) -> Changes:
    path = f"/{token}"
    made = httpx.post(
        f"{server.url}/v1/webhooks",
        json={"url": receiver.url.replace("/hook", path), "after": "0", "include_values": True},
        headers={"Authorization": f"Bearer {token}"},
        **PLAIN,
    )
    assert made.status_code == 201, made.text

    def received() -> Changes:
        return [c for each in list(receiver.received) if each.path == path for c in each.changes]

    until(lambda: len(received()) >= count)
    return received()


CHANNELS: Mapping[str, Channel] = {
    "poll": _poll,
    "poll_coalesced": _poll_coalesced,
    "stream": _stream,
    "websocket": _websocket,
    "webhook": _webhook,
}
