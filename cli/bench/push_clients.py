"""Many clients of server-sent events in one process, each on a bare socket.

    python -m cli.bench.push_clients HOST PORT PATH TOKEN CONNECTIONS

Prints a line when all clients are connected. Then reads the number of changes that each must get.
Prints the result as JSON when all clients have them, or after PATIENCE_SECONDS.
"""

import asyncio
import re
import sys
from array import array
from collections.abc import Sequence
from datetime import datetime

import orjson

from gridfeed import clock

PATIENCE_SECONDS = 60.0
#: The number of connections that are opened at the same time.
TOGETHER = 100
_EVENT = re.compile(rb'"recorded_at":"([^"]+)".*\nid: (\S+)\n\n')


class Client(asyncio.Protocol):
    """One connection: counts the changes, and those that are out of order."""

    def __init__(self, crowd: "Crowd", request: bytes) -> None:
        """request: sent as soon as the client is connected."""
        self._crowd, self._request = crowd, request
        self._rest, self._last = b"", b""
        self.answered = asyncio.get_running_loop().create_future()
        self.changes = 0
        self.disorder = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the request."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count the changes that arrived completely."""
        now = clock.now().timestamp()
        if not self.answered.done():
            self.answered.set_result(data.startswith(b"HTTP/1.1 200"))
        text = self._rest + data if self._rest else data
        end = 0
        for match in _EVENT.finditer(text):
            end = match.end()
            self.changes += 1
            self.disorder += match[2] <= self._last
            self._last = match[2]
            self._crowd.note(match[1], now)
        self._rest = text[end:][-100_000:]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Do nothing more: the result will show that this client has too few changes."""
        if not self.answered.done():
            self.answered.set_result(False)


class Crowd:
    """All clients, and the seconds that each change took to each client."""

    def __init__(self) -> None:
        """Start without clients."""
        self.clients: list[Client] = []
        self.latencies = array("d")
        self._recorded: tuple[bytes, float] = b"", 0.0

    def note(self, recorded_at: bytes, now: float) -> None:
        """Record one arrival. Mostly the arrival before was of the same change."""
        if recorded_at != self._recorded[0]:
            at = datetime.fromisoformat(recorded_at.decode()).timestamp()
            self._recorded = recorded_at, at
        self.latencies.append(now - self._recorded[1])

    async def connect(self, host: str, port: int, request: bytes, count: int) -> None:
        """Connect `count` clients, some at a time. Raises OSError, and ValueError if refused."""
        loop = asyncio.get_running_loop()
        for first in range(0, count, TOGETHER):
            some = min(TOGETHER, count - first)
            made = await asyncio.gather(
                *(
                    loop.create_connection(lambda: Client(self, request), host, port)
                    for _ in range(some)
                )
            )
            self.clients += [client for _, client in made]
            if not all(await asyncio.gather(*(client.answered for _, client in made))):
                raise ValueError("the API refused a connection")

    async def wait_for(self, changes: int) -> None:
        """Wait until all clients have that many changes, or until it takes too long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_SECONDS
        while any(c.changes < changes for c in self.clients) and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    def result(self, changes: int) -> dict[str, object]:
        """Return the figures of the arrivals, for JSON."""
        found = sorted(self.latencies)
        return {
            "delivered": len(found),
            "complete": sum(client.changes == changes for client in self.clients),
            "disorder": sum(client.disorder for client in self.clients),
            "latency_seconds": {
                name: found[min(len(found) - 1, int(len(found) * part))] if found else None
                for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
            },
        }


async def main(arguments: Sequence[str]) -> None:
    """Run as the module's docstring describes."""
    host, port, path, token, count = arguments
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    crowd = Crowd()
    await crowd.connect(host, int(port), request.encode(), int(count))
    _print({"connected": len(crowd.clients)})
    changes = int(await asyncio.to_thread(sys.stdin.readline) or 0)
    await crowd.wait_for(changes)
    _print(crowd.result(changes))


def _print(document: dict[str, object]) -> None:
    sys.stdout.write(orjson.dumps(document).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
