"""Measures how fast changes reach many clients of one API process, and at what cost."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import httpx
import orjson

from cli.bench.contender import ContenderError, ended, running
from cli.bench.facts import database_and_machine
from cli.bench.load import Load
from cli.bench.place import Connection, connected, own_database, sql
from cli.bench.usage import Usage
from cli.local.service import free_port
from gridfeed.domain.published.feed_position import OLDEST
from gridfeed.settings import Settings
from gridfeed.storage import catalogue
from gridfeed.storage.clients import create_client
from gridfeed.storage.migrate import migrate

METERS = 100
TOKEN = "bench"  # noqa: S105 - for a database that lives only as long as the run
HOST = "127.0.0.1"
READY_SECONDS = 60
CONNECT_SECONDS = 120
#: The time from the last change to the clients' result: their own patience, and time to answer.
ANSWER_SECONDS = 90
TRANSACTIONS_A_SECOND = 10
_Clients: TypeAlias = AbstractAsyncContextManager[Process]


@dataclass(frozen=True, slots=True)
class PushOrder:
    """A number of clients, each of which must get all changes. Logs go to `directory`.

    followers: further clients, which begin `behind` changes before the first change and catch up.
    """

    connections: int
    followers: int
    behind: int
    rate: float
    seconds: int
    include_values: bool
    directory: Path
    say: Callable[[str], None]


async def bench_push(settings: Settings, order: PushOrder) -> dict[str, object]:
    """Measure one API process with its clients; return figures for JSON. Raises ContenderError."""
    async with own_database(settings) as own, connected(own) as connection:
        await migrate(connection)
        await catalogue.apply(connection, [Load(1, METERS, 1).project()])
        await create_client(connection, TOKEN, TOKEN)
        facts = await database_and_machine(connection)
        behind = order.behind if order.followers else 0
        if behind:
            await connection.execute(*sql("publish_changes", changes=behind, meters=METERS))
        async with _api(own, order) as (api, port), AsyncExitStack() as stack:
            alone = Usage.of(api.pid)
            clients = await stack.enter_async_context(_clients(own, order, port))
            begun = Usage.of(api.pid)
            order.say(f"{order.connections} clients are connected; publishing")
            if order.followers:
                followers = await stack.enter_async_context(_followers(own, order, port))
            changes = await _publish(connection, order)
            result = await _answer(clients, changes, order.connections, order)
            done = Usage.of(api.pid)
            caught_up: dict[str, object] = {"complete": 0}
            if order.followers:
                caught_up = await _answer(followers, behind + changes, order.followers, order)
    return {
        "benchmark": "push",
        "machine": facts,
        "connections": order.connections,
        "followers": order.followers,
        "followers_complete": caught_up["complete"],
        "behind": behind,
        "changes": changes,
        "include_values": order.include_values,
        "deliveries_per_second": changes * order.connections / order.seconds,
        **result,
        "api_cpus": (done.cpu_seconds - begun.cpu_seconds) / order.seconds,
        "api_memory_bytes": done.memory_bytes,
        "memory_bytes_per_client": (begun.memory_bytes - alone.memory_bytes) / order.connections,
    }


@asynccontextmanager
async def _api(own: Settings, order: PushOrder) -> AsyncIterator[tuple[Process, int]]:
    port, most = free_port(), str(order.connections + order.followers + 10)
    told = {
        "GRIDFEED_API_PORT": str(port),
        "GRIDFEED_STREAMS": most,
        "GRIDFEED_STREAMS_PER_CLIENT": most,
    }
    log, module = order.directory / "api.log", "cli.tethered"
    async with running(module, "serve", settings=own, log=log, told=told) as process:
        async with asyncio.timeout(READY_SECONDS):
            while not await _ready(port):
                if process.returncode is not None:
                    raise ended("gridfeed serve", process, log)
                await asyncio.sleep(0.1)
        yield process, port


async def _ready(port: int) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return (await client.get(f"http://{HOST}:{port}/readyz")).is_success
        except httpx.TransportError:
            return False


def _clients(own: Settings, order: PushOrder, port: int) -> _Clients:
    path = "/v1/stream" + ("?include=values" if order.include_values else "")
    return _connected(own, order, (HOST, str(port), path, TOKEN, str(order.connections)))


def _followers(own: Settings, order: PushOrder, port: int) -> _Clients:
    path = f"/v1/stream?after={OLDEST}" + ("&include=values" if order.include_values else "")
    return _connected(own, order, (HOST, str(port), path, TOKEN, str(order.followers)))


@asynccontextmanager
async def _connected(
    own: Settings, order: PushOrder, arguments: tuple[str, ...]
) -> AsyncIterator[Process]:
    """Give the clients' process once all clients are connected."""
    log, module = order.directory / "clients.log", "cli.bench.push_clients"
    async with running(module, *arguments, settings=own, log=log) as process:
        await _told(process, CONNECT_SECONDS, log)
        yield process


async def _publish(connection: Connection, order: PushOrder) -> int:
    """Publish changes at an even rate, in separate transactions; return their number."""
    loop = asyncio.get_running_loop()
    began, published = loop.time(), 0
    turns = order.seconds * TRANSACTIONS_A_SECOND
    for turn in range(1, turns + 1):
        due = int(order.rate * order.seconds * turn / turns) - published
        if due:
            await connection.execute(*sql("publish_changes", changes=due, meters=METERS))
            published += due
        await asyncio.sleep(max(0.0, began + turn / TRANSACTIONS_A_SECOND - loop.time()))
    return published


async def _answer(
    clients: Process, changes: int, count: int, order: PushOrder
) -> dict[str, object]:
    assert clients.stdin
    clients.stdin.write(f"{changes}\n".encode())
    result = await _told(clients, ANSWER_SECONDS, order.directory / "clients.log")
    if result["complete"] != count or result["disorder"]:
        raise ContenderError(f"not every client got every change once and in order: {result}")
    return result


async def _told(process: Process, seconds: float, log: Path) -> dict[str, object]:
    """Return the next line that the process prints. Raises ContenderError."""
    assert process.stdout
    try:
        line = await asyncio.wait_for(process.stdout.readline(), seconds)
    except TimeoutError:
        line = b""
    if not line:
        raise ended("clients", process, log)
    found: dict[str, object] = orjson.loads(line)
    return found
