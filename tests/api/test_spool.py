"""A table is made no slower for a slow reader, who holds nothing but a file."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing

import pytest

from api.transport.spool import spooled

PIECES = [bytes([number]) * 100_000 for number in range(60)]


async def made(pieces: list[bytes], error: Exception | None = None) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)
    if error:
        raise error


class Held:
    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.stack = AsyncExitStack()
        self.stack.callback(self.let_go.set)


async def test_what_making_needs_is_let_go_before_it_is_read() -> None:
    held = Held()
    async with aclosing(spooled(made(PIECES), held.stack)) as pieces:
        read = [await anext(pieces)]
        async with asyncio.timeout(30):
            await held.let_go.wait()
        read += [piece async for piece in pieces]
    assert b"".join(read) == b"".join(PIECES)


async def test_a_reader_who_is_faster_gets_every_byte() -> None:
    async def slowly() -> AsyncGenerator[bytes, None]:
        for piece in PIECES[:5]:
            await asyncio.sleep(0.05)
            yield piece

    pieces = [piece async for piece in spooled(slowly(), Held().stack)]
    assert b"".join(pieces) == b"".join(PIECES[:5])


async def test_an_error_comes_behind_what_was_made_before_it() -> None:
    held, read = Held(), b""
    with pytest.raises(OSError, match="no more"):  # noqa: PT012
        async for piece in spooled(made(PIECES[:3], OSError("no more")), held.stack):
            read += piece
    assert read == b"".join(PIECES[:3])
    assert held.let_go.is_set()


async def test_a_reader_who_leaves_ends_the_making() -> None:
    held = Held()

    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            yield b"x" * 1000
            await asyncio.sleep(0.01)

    async with aclosing(spooled(endless(), held.stack)) as pieces:
        await anext(pieces)
    assert held.let_go.is_set()
