"""The socket that the API is served on."""

import asyncio
import socket
from contextlib import closing

import pytest

from api.serving import listening
from gridfeed.settings import Settings


async def _accepted(options: list[tuple[int, int]]) -> list[int]:
    """Return options of a connection as the server of the API accepts it."""
    found: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()

    def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        found.set_result([accepted.getsockopt(*option) for option in options])
        writer.close()

    with closing(listening(Settings(api_port=0))) as sock:
        async with await asyncio.start_server(met, sock=sock):
            _, writer = await asyncio.open_connection(*sock.getsockname())
            writer.close()
            async with asyncio.timeout(10):
                return await found


@pytest.mark.parametrize(
    "option",
    [(socket.IPPROTO_TCP, socket.TCP_NODELAY), (socket.SOL_SOCKET, socket.SO_KEEPALIVE)],
    ids=["small answers leave at once", "silent peers are noticed"],
)
async def test_an_accepted_connection_has_the_option(option):
    assert await _accepted([option]) == [1]
