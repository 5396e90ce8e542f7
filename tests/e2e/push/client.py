"""A client that follows the feed, is killed and comes again, and checks all that it is given."""

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode, urlsplit

from cli.proof.public_api import NotAnsweredError, PublicApi
from cli.proof.published import MICRO, instant_us, read_segments
from gridfeed.domain.calendar.instants import EPOCH
from tests.api.processes import KINDS
from tests.e2e.push.plant import START, STEP, Follower, meter_names
from tests.e2e.push.wire import EventConnection, ServerEvent

#: (meter number, start in microseconds) to (energy in 10^-6 kWh, quality).
Values = dict[tuple[str, int], tuple[Decimal, str]]
WINDOW = (
    int((START - EPOCH).total_seconds()) * 10**6,
    int((START + 280 * STEP - EPOCH).total_seconds()) * 10**6,
)


@dataclass
class Kept:
    """What a client has on disk, written in one piece: cursor and effect can never differ.

    chain: a hash over every change_id since `began` in the order of arrival.
    """

    began: str | None = None
    last: str = ""
    chain: bytes = b""
    changes: int = 0
    values: Values = field(default_factory=dict)
    resyncs: int = 0

    def take(self, change_id: str) -> None:
        """Count a change."""
        self.last, self.changes = change_id, self.changes + 1
        self.chain = linked(self.chain, change_id)


def linked(chain: bytes, change_id: str) -> bytes:
    """Return the hash of a chain with one more id."""
    return blake2b(chain + change_id.encode(), digest_size=8).digest()


class Client:
    """Runs until cancelled; `kill` breaks its connection off at any moment."""

    def __init__(
        self, who: Follower, kept: Kept, servers: Sequence[str], dice: random.Random
    ) -> None:
        self.who, self.kept = who, kept
        self._servers, self._dice = servers, dice
        self._connection: EventConnection | None = None
        self._waiting: list[ServerEvent] | None = None
        self._retry = 1.0
        self.wrong: list[str] = []
        self.connections = 0

    async def run(self) -> None:
        """Follow for ever, now at one server, now at the other."""
        while True:
            with suppress(OSError, NotAnsweredError):  # the server is away
                await self._once(self._dice.choice(self._servers))
            await asyncio.sleep(self._retry)

    def kill(self) -> None:
        """Break off, as a process that is killed does."""
        if self._connection:
            self._connection.transport.abort()

    async def dawdle(self, seconds: float) -> None:
        """Take nothing for a while."""
        if self._connection:
            transport = self._connection.transport
            if transport.is_reading():
                transport.pause_reading()
                try:
                    await asyncio.sleep(seconds)
                finally:
                    if not transport.is_closing():
                        transport.resume_reading()

    async def _once(self, server: str) -> None:
        where = urlsplit(server)
        loop = asyncio.get_running_loop()
        if self.kept.began is None:
            self._waiting = []
        async with asyncio.timeout(10):
            _, self._connection = await loop.create_connection(
                lambda: EventConnection(self._request(where.netloc), self._heard),
                where.hostname or "", where.port or 80,
            )  # fmt: skip
        self.connections += 1
        try:
            if self._waiting is not None:
                await self._begin(server)
            status = await self._connection.ended
        finally:
            self._connection.transport.abort()
        if status == 410:
            self._resynchronise()
        elif status not in (0, 200, 429, 503):
            self.wrong.append(f"{self.who.name}: {status}")

    def _request(self, host: str) -> bytes:
        resumed = f"Last-Event-ID: {self.kept.last}\r\n" if self.kept.began is not None else ""
        return (
            f"GET /v1/stream?{urlencode(self.who.parameters)} HTTP/1.1\r\nHost: {host}\r\n"
            f"Authorization: Bearer {self.who.token}\r\n"
            f"Accept-Encoding: gzip, zstd\r\n{resumed}\r\n"
        ).encode()

    async def _begin(self, server: str) -> None:
        """Take the snapshot once the cursor is known; what comes meanwhile waits."""
        connection, waiting = self._connection, self._waiting
        assert connection
        assert waiting is not None
        while not waiting:
            if connection.ended.done():
                return
            await asyncio.sleep(0.01)
        values = await snapshot(server, self.who) if self.who.valued else {}
        if self._connection is not connection or connection.transport.is_closing():
            return
        first, *rest = waiting
        assert first.id
        self.kept.began = self.kept.last = first.id
        self.kept.chain, self.kept.changes, self.kept.values = b"", 0, values
        self._waiting = None
        for event in rest:
            self._heard(event)

    def _heard(self, event: ServerEvent) -> None:
        if event.retry is not None:
            self._retry = event.retry / 1000
        if self._waiting is not None:
            self._waiting.append(event)
        elif event.name in KINDS:
            self._take(event)
        elif event.name == "resync":
            self._resynchronise()
        elif event.name == "revoked":
            self.wrong.append(f"{self.who.name}: {event.data.decode()}")
        elif event.id and not event.name:
            if event.id < self.kept.last:
                self.wrong.append(f"{self.who.name}: cursor back from {self.kept.last}")
            self.kept.last = event.id

    def _take(self, event: ServerEvent) -> None:
        assert event.id
        if event.id <= self.kept.last:
            self.wrong.append(f"{self.who.name}: {event.id} after {self.kept.last}")
        self.kept.take(event.id)
        if self.who.valued:
            apply(self.kept.values, json.loads(event.data, parse_float=Decimal))

    def _resynchronise(self) -> None:
        self.kept.began = None
        self.kept.resyncs += 1


def apply(values: Values, change: Mapping[str, Any]) -> None:
    """Let a change with values be true."""
    micro = MICRO[change["units"]]
    for value in change["values"]:
        place = change["meter_number"], instant_us(value["interval_start"])
        values[place] = Decimal(value["energy"]) * micro, value["quality"]


async def snapshot(server: str, who: Follower) -> Values:
    """Return what REST says of a follower's project."""
    assert who.project
    async with PublicApi(server, who.token) as api:
        published = read_segments(await api.segments(meter_names(who.project), WINDOW))
    return {
        (meter, start): (amount.micro, amount.quality or "")
        for (meter, _), intervals in published.items()
        for start, interval in intervals.items()
        for amount in interval.energy
    }
