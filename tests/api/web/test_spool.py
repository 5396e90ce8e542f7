"""A table is made no slower for a slow reader, who holds nothing but a file."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from api.web.transport import room
from api.web.transport.room import NoRoomError, Part, Room
from api.web.transport.spool import spooled

FULL = Path("/dev/full")
PIECES = [bytes([number]) * 100_000 for number in range(60)]


async def made(pieces: list[bytes], error: Exception | None = None) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)
    if error:
        raise error


def part(most: int = 2**30) -> Part:
    return Part(Room(most, CollectorRegistry()), 1)


class Held:
    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.stack = AsyncExitStack()
        self.stack.callback(self.let_go.set)


async def test_what_making_needs_is_let_go_before_it_is_read() -> None:
    held = Held()
    async with aclosing(spooled(made(PIECES), held.stack, part())) as pieces:
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

    pieces = [piece async for piece in spooled(slowly(), Held().stack, part())]
    assert b"".join(pieces) == b"".join(PIECES[:5])


async def test_an_error_comes_behind_what_was_made_before_it() -> None:
    held, read = Held(), b""
    with pytest.raises(OSError, match="no more"):  # noqa: PT012
        async for piece in spooled(made(PIECES[:3], OSError("no more")), held.stack, part()):
            read += piece
    assert read == b"".join(PIECES[:3])
    assert held.let_go.is_set()


async def test_a_reader_who_leaves_ends_the_making() -> None:
    held = Held()

    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            yield b"x" * 1000
            await asyncio.sleep(0.01)

    async with aclosing(spooled(endless(), held.stack, part())) as pieces:
        await anext(pieces)
    assert held.let_go.is_set()


async def test_who_reads_as_fast_as_it_is_made_needs_no_room() -> None:
    """Sixty times 100,000 bytes through the room of two."""

    async def in_step() -> AsyncGenerator[bytes, None]:
        for piece in PIECES:
            yield piece
            await asyncio.sleep(0.005)

    pieces = [piece async for piece in spooled(in_step(), Held().stack, part(400_000))]
    assert b"".join(pieces) == b"".join(PIECES)


async def test_without_room_a_table_waits_for_its_own_reader() -> None:
    held = Held()
    async with aclosing(spooled(made(PIECES), held.stack, part(1_000_000))) as pieces:
        read = [await anext(pieces)]
        await asyncio.sleep(0.3)
        assert not held.let_go.is_set()
        read += [piece async for piece in pieces]
    assert b"".join(read) == b"".join(PIECES)


async def test_a_table_that_finds_no_room_for_long_is_broken_off_and_lets_its_connection_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 0.2)
    held = Held()
    async with aclosing(spooled(made(PIECES), held.stack, part(1_000_000))) as pieces:
        read = await anext(pieces)
        async with asyncio.timeout(30):
            await held.let_go.wait()
        with pytest.raises(NoRoomError, match="GRIDFEED_TABLE_SPOOL_BYTES"):  # noqa: PT012
            while True:
                read += await anext(pieces)
    assert b"".join(PIECES).startswith(read)


async def test_a_disk_that_is_full_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of /dev/full every write fails as on a full disk."""
    monkeypatch.setattr(
        "api.web.transport.spool.SpooledTemporaryFile", lambda **_: FULL.open("w+b", 0)
    )
    with pytest.raises(NoRoomError, match=r"No space left on device; .*TMPDIR"):
        [piece async for piece in spooled(made(PIECES), Held().stack, part())]
