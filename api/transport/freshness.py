"""Whether anything was committed since: one small question for all who ask at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Freshness(Generic[T]):
    """Shares questions to the database without ever giving an answer older than the asking.

    Who asks while a question is under way waits for the next one, which begins after that, with
    all others who came meanwhile: at most two are on their way, however many ask.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        """`ask` returns what is another one once anything was committed."""
        self._ask = ask
        self._running: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def state(self) -> T:
        """Return what was asked for after this was called. Raises what `ask` raises."""
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
        return await asyncio.shield(self._next)

    async def _after(self, running: "asyncio.Task[T] | None") -> T:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        return await self._ask()
