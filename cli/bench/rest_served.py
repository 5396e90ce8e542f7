"""The servers that `bench rest` measures, each in a process of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from cli.bench.contender import ended, running
from cli.local.service import HOST, free_port
from gridfeed.settings import Settings

API, JSON_AGG = "cli.bench.rest_server", "cli.bench.json_agg"
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers: its port on this machine, and the id of its process."""

    port: int
    pid: int


@asynccontextmanager
async def served(settings: Settings, directory: Path) -> AsyncIterator[Served]:
    """Serve the API, and beside it the answer of `kept_path`. Raises ContenderError."""
    arguments, log = (str(kept_path(directory)),), directory / "serve.log"
    async with _running(API, *arguments, settings=settings, log=log, ready="/readyz") as found:
        yield found


@asynccontextmanager
async def json_agg_served(settings: Settings, directory: Path) -> AsyncIterator[Served]:
    """Serve the plainest route. Raises ContenderError."""
    log = directory / "json_agg.log"
    async with _running(JSON_AGG, settings=settings, log=log, ready="/openapi.json") as found:
        yield found


def kept_path(directory: Path) -> Path:
    """Return the file of the answer that stands ready."""
    return directory / "static.json"


@asynccontextmanager
async def _running(
    module: str, *arguments: str, settings: Settings, log: Path, ready: str
) -> AsyncIterator[Served]:
    """Run a server until it answers 200 at the path `ready`, and stop it at the end."""
    port = free_port()
    async with (
        running(module, str(port), *arguments, settings=settings, log=log) as process,
        httpx.AsyncClient(base_url=f"http://{HOST}:{port}", trust_env=False) as client,
    ):
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await _is_ready(client, ready):
                    if process.returncode is not None:
                        raise ended(module, process, log)
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise ended(module, process, log) from error
        yield Served(port, process.pid)


async def _is_ready(client: httpx.AsyncClient, path: str) -> bool:
    try:
        return (await client.get(path)).status_code == 200
    except httpx.TransportError:
        return False
