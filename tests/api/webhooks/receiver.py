"""A real receiver of webhooks: an aiohttp server that answers as a test says."""

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web
from standardwebhooks import Webhook

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    @property
    def changes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.document["data"]["changes"]
        return found

    def days(self) -> list[str]:
        """The days on which the changed intervals begin."""
        return [change["interval_from"][:10] for change in self.changes]

    def change_ids(self) -> list[str]:
        return [change["change_id"] for change in self.changes]

    def verify(self, secret: str) -> Any:
        """Check it as a receiver does. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


def status(code: int, **headers: str) -> Answer:
    written = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=code, headers=written)

    return answer


async def hang(_request: web.Request) -> web.StreamResponse:
    """Take the request and say nothing."""
    await asyncio.sleep(60)
    return web.Response()


async def trickle(request: web.Request) -> web.StreamResponse:
    """Say 200 and then a byte every tenth of a second, without end."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    while True:
        await answer.write(b".")
        await asyncio.sleep(0.1)


async def flood(request: web.Request) -> web.StreamResponse:
    """Say 200 and then more than anybody would read."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    for _ in range(1000):
        await answer.write(b"." * 100_000)
    return answer


class Receiver:
    """Answers 200, or what was put into `answers` first; of a path alone in `answers_at`."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: deque[Answer] = deque()
        self.answers_at: dict[str, Answer] = {}
        self.at_once, self.most_at_once = 0, 0
        self.url = ""

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/hook"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(request.path, headers, await request.read()))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if answer := self.answers_at.get(request.path):
                return await answer(request)
            return await self.answers.popleft()(request) if self.answers else web.Response()
        finally:
            self.at_once -= 1


@contextmanager
def beside() -> Iterator[Receiver]:
    """Give a receiver that answers in a thread of its own."""
    receiver, started = Receiver(), threading.Event()
    loop = asyncio.new_event_loop()

    def work() -> None:
        loop.run_until_complete(receiver.start())
        started.set()
        loop.run_forever()
        loop.run_until_complete(receiver.stop())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    started.wait()
    yield receiver
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
