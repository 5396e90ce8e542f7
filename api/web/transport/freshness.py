"""One question to the database for all callers that ask it at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Freshness(Generic[T]):
    """Shares questions to the database. A caller never gets an answer to an earlier question.

    Only one question is under way at a time, however many callers there are. Callers that come
    meanwhile all wait for the next question, which begins after it.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        """ask: asks the database, for example for its state."""
        self._ask = ask
        self._waiting: list[asyncio.Future[T]] = []
        self._asking: asyncio.Task[None] | None = None

    async def state(self) -> T:
        """Return the answer to a question that began after this call. Raises as `ask` does."""
        waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        if self._asking is None:
            self._asking = asyncio.create_task(self._answer_all(), name="ask for the state")
        return await waiter

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, []
                await self._answer(asked)
        finally:
            self._asking = None

    async def _answer(self, asked: Sequence[asyncio.Future[T]]) -> None:
        try:
            found = await self._ask()
        except Exception as error:  # noqa: BLE001 - raised in each waiting caller
            for waiter in _still(asked):
                waiter.set_exception(error)
        else:
            for waiter in _still(asked):
                waiter.set_result(found)
        finally:
            for waiter in _still(asked):  # the task was cancelled: this process stops
                waiter.cancel()


def _still(asked: Sequence[asyncio.Future[T]]) -> list[asyncio.Future[T]]:
    """Return the callers that still wait: a client may have left."""
    return [waiter for waiter in asked if not waiter.done()]
