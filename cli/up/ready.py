"""Waits until workers and API are ready for work, not only running."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import httpx

from cli import session
from cli.local.child import Kept
from cli.trouble import TroubleError
from gridfeed.kafka.topic_admin import inspect
from gridfeed.kafka.topics import input_topics
from gridfeed.settings import Settings
from gridfeed.storage.statements import sql

READY_SECONDS = 120.0
POLL_SECONDS = 0.1
#: A child that ended this often before it was ready will never be ready.
MOST_DEATHS = 3

#: Generation and epoch of every topic partition that ever had an owner.
Epochs: TypeAlias = dict[tuple[str, int], tuple[int, int]]


async def wait_for_workers(settings: Settings, former: Epochs, children: Sequence[Kept]) -> int:
    """Wait until a new worker has taken over every partition of every input topic since `former`.

    Returns the number of partitions. Raises TroubleError after READY_SECONDS, or if a child keeps
    ending.
    """
    inputs = input_topics(settings)
    with session.kafka_trouble(settings):
        states = [state for state in await inspect(settings) if state.spec.name in inputs]
    expected = {(state.spec.name, n) for state in states for n in range(state.partitions)}

    async def missing() -> str | None:
        now = await epochs(settings)
        unowned = [key for key in expected if now.get(key) == former.get(key)]
        if not unowned:
            return None
        return f"{len(unowned)} of {len(expected)} partitions have no worker"

    await _wait(missing, children)
    return len(expected)


async def wait_for_api(url: str, children: Sequence[Kept]) -> None:
    """Wait until the API at `url` answers /readyz with 200. Raises TroubleError."""
    async with httpx.AsyncClient(base_url=url, timeout=5, trust_env=False) as client:

        async def missing() -> str | None:
            try:
                answer = await client.get("/readyz")
            except httpx.TransportError as error:
                return f"the API does not answer at {url}: {error or type(error).__name__}"
            return None if answer.status_code == 200 else f"the API is not ready: {answer.text}"

        await _wait(missing, children)


async def epochs(settings: Settings) -> Epochs:
    """Return the present generation and epoch of each partition; a new owner has a higher epoch."""
    async with session.connected(settings, migrated=False) as connection:
        rows = await connection.fetch(*sql("source_epochs"))
    return {
        (row["topic"], row["kafka_partition"]): (row["generation"], row["epoch"]) for row in rows
    }


async def _wait(missing: Callable[[], Awaitable[str | None]], children: Sequence[Kept]) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + READY_SECONDS
    while why := await missing():
        for child in children:
            if child.deaths >= MOST_DEATHS:
                raise TroubleError(f"{child.program.name} ended {child.deaths} times; see above")
        if loop.time() > deadline:
            logs = "\n".join(filter(None, (child.tail() for child in children)))
            raise TroubleError(f"not ready after {READY_SECONDS:.0f} s: {why}\n{logs}")
        await asyncio.sleep(POLL_SECONDS)
