"""The API logs no token, secret or address of a receiver, however it came, also not at DEBUG."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.api.builders import Store
from tests.api.feed.channels import HERE
from tests.api.processes import Served, Stream, until
from tests.api.webhooks.receiver import Receiver, beside
from tests.plain_http import PLAIN

TOKEN, WRONG, KEY, PLACE = "token-of-all-projects", "token-of-nobody", "key-of-hook", "hidden-hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with beside() as receiver:
        yield receiver


@pytest.fixture(params=["INFO", "DEBUG"])
def server(
    request: pytest.FixtureRequest, feed: Store, database_url: str, tmp_path: Path
) -> Iterator[Served]:
    settings = HERE | {"GRIDFEED_LOG_LEVEL": request.param, "GRIDFEED_LOG_JSON": "true"}
    running = Served(database_url, settings, log=tmp_path / "log")
    try:
        yield running.start()
    finally:
        running.kill()


def open_websocket(server: Served, query: str, **headers: str) -> None:
    with connect(server.websocket_url + query, additional_headers=headers, proxy=None) as socket:
        socket.recv(60)  # a heartbeat


def subscribe(server: Served, url: str, **headers: str) -> str:
    """Subscribe a webhook; return its secret."""
    made = httpx.post(f"{server.url}/v1/webhooks", json={"url": url}, headers=headers, **PLAIN)
    assert made.status_code == 201, made.text
    secret: str = made.json()["secret"]
    return secret


async def test_no_token_and_no_receiver_is_in_the_log(
    feed: Store, server: Served, receiver: Receiver
) -> None:
    await feed.client(TOKEN)
    authorization = {"Authorization": f"Bearer {TOKEN}"}
    open_websocket(server, f"?access_token={TOKEN}")
    open_websocket(server, f"?access%5Ftoken={TOKEN}")
    open_websocket(server, "", **authorization)
    with pytest.raises(InvalidStatus):
        open_websocket(server, f"?access_token={WRONG}")
    for token in (TOKEN, WRONG):
        Stream(server.url, {"access_token": token, "after": "0"}).open()
    url = receiver.url.replace("/hook", f"/{PLACE}?key={KEY}")
    secret = subscribe(server, url, **authorization)
    await feed.change("2026-03-01", "mp")
    until(lambda: receiver.received)
    assert server.get(f"/nothing?token={WRONG}").status_code == 404
    server.terminate()
    assert server.log
    printed = server.log.read_text()
    assert "WebSocket /v1/ws?***" in printed
    hidden = TOKEN, WRONG, KEY, PLACE, secret
    assert [each for each in hidden if each in printed] == []
