"""Answers are compressed where that is worth it; streams arrive as they are, event by event."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import zstandard
from fastapi.responses import StreamingResponse
from starlette.types import Message
from starlette_compress import _utils

from tests.api.application import CHANGES, SEGMENTS, Application
from tests.api.builders import Store

BEARER = {"authorization": "Bearer all"}


@pytest.fixture
async def plant(store: Store, api: Application) -> Application:
    """One day of 288 intervals: 12 kB of JSON."""
    await store.project()
    await store.meter()
    await store.client()
    await store.values("2026-03-01", range(288))
    return api


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
async def test_a_long_answer_is_compressed_as_the_client_asks(
    plant: Application, encoding: str
) -> None:
    plain = await plant.raw("GET", SEGMENTS, **BEARER, **{"accept-encoding": "identity"})
    packed = await plant.raw("GET", SEGMENTS, **BEARER, **{"accept-encoding": encoding})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == encoding
    assert int(packed.headers["content-length"]) < len(plain.content) / 4
    assert packed.json()["usage_segments"] == plain.json()["usage_segments"]


async def test_zstd_is_preferred_and_brotli_is_not_offered(plant: Application) -> None:
    both = await plant.raw("GET", SEGMENTS, **BEARER, **{"accept-encoding": "gzip, br, zstd"})
    assert both.headers["content-encoding"] == "zstd"
    brotli = await plant.raw("GET", SEGMENTS, **BEARER, **{"accept-encoding": "br"})
    assert "content-encoding" not in brotli.headers
    refused = await plant.raw(
        "GET", SEGMENTS, **BEARER, **{"accept-encoding": "zstd;q=0, gzip;q=0.1"}
    )
    assert refused.headers["content-encoding"] == "gzip"


async def test_caches_are_told_that_the_encoding_depends_on_the_request(plant: Application) -> None:
    for encoding in ("identity", "gzip"):
        answer = await plant.raw("GET", SEGMENTS, **BEARER, **{"accept-encoding": encoding})
        vary = {word.strip() for word in answer.headers["vary"].split(",")}
        assert vary == {"Accept", "Accept-Encoding", "Authorization"}


async def test_a_short_answer_and_the_metrics_stay_as_they_are(plant: Application) -> None:
    for path in (f"{CHANGES}?limit=1", "/metrics", "/healthz"):
        answer = await plant.raw("GET", path, **BEARER, **{"accept-encoding": "zstd, gzip"})
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("encoding", ["zstd, gzip", "identity"])
async def test_events_are_neither_compressed_nor_held_back(api: Application, encoding: str) -> None:
    """The second event is made only once the first has arrived: held back, it would never come."""
    arrived = asyncio.Event()

    async def events() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        async with asyncio.timeout(5):
            await arrived.wait()
        yield b"data: 2\n\n"

    async def stream() -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    api.app.add_api_route("/v1/events", stream)
    sent = await exchanged(api, "/v1/events", arrived, encoding)
    start, *bodies = sent
    assert dict(start["headers"]).keys().isdisjoint({b"content-encoding", b"etag"})
    assert [body["body"] for body in bodies if body["body"]] == [b"data: 1\n\n", b"data: 2\n\n"]


async def exchanged(
    api: Application, path: str, arrived: asyncio.Event, encoding: str
) -> list[Message]:
    """Return what the application sends; `arrived` is set by its first body."""
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get("body"):
            arrived.set()

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "client": ("127.0.0.1", 1), "server": ("gridfeed.test", 80),
        "headers": [(b"host", b"gridfeed.test"), (b"accept-encoding", encoding.encode())],
    }  # fmt: skip
    await api.app(scope, receive, send)
    return sent


async def test_the_library_says_what_the_wire_says(plant: Application) -> None:
    """zstd frames are whole: a plain decoder reads them."""
    sent = await exchanged(plant, "/openapi.json", asyncio.Event(), "zstd")
    body = b"".join(message.get("body", b"") for message in sent[1:])
    assert zstandard.ZstdDecompressor().decompressobj().decompress(body).startswith(b'{"openapi"')


def test_other_users_of_the_library_compress_by_its_own_list() -> None:
    assert _utils._compress_content_types >= {"text/event-stream", "text/plain"}
    assert not _utils._compress_content_types & {"text/csv", "application/problem+json"}
