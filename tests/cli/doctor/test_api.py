"""The API as doctor reaches it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from cli.doctor import api
from gridfeed.settings import Settings


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """Run a web server that has one answer; give its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/base/readyz" else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/base/"
        finally:
            server.shutdown()


async def look(**settings):
    (check,) = await api.look(Settings(**settings))
    return check


@pytest.mark.parametrize("given", [{"api_url": "http://127.0.0.1:1"}, {"api_port": 1}])
async def test_nobody_at_an_address_that_was_set_is_a_problem(given):
    found = await look(**given)
    assert found.state == "problem"
    assert found.seen.startswith("no answer from http://127.0.0.1:1: ")
    assert "GRIDFEED_API_URL" in found.fix


async def test_nobody_where_no_address_was_set_is_a_note(unused_tcp_port):
    settings = Settings.model_construct(_fields_set=set(), api_port=unused_tcp_port)
    (found,) = await api.look(settings)
    assert found.state == "note"


@pytest.mark.parametrize(
    ("status", "body", "state", "seen"),
    [
        (200, b'{"missing":[]}', "ok", "ready at "),
        (503, b'{"missing":["no database"]}', "problem", "is not ready: no database"),
        (200, b"<html>", "problem", "answers 200, but not like Gridfeed's API"),
        (404, b"[]", "problem", "answers 404, but not like Gridfeed's API"),
    ],
)
async def test_what_readyz_says_is_told(status, body, state, seen):
    with answering(status, body) as url:
        found = await look(api_url=url)
    assert found.state == state
    assert seen in found.seen
    assert url.rstrip("/") in found.seen


@pytest.mark.parametrize("url", ["not a url", "ftp://127.0.0.1/"])
async def test_an_address_that_is_none_is_a_problem(url):
    assert (await look(api_url=url)).state == "problem"
