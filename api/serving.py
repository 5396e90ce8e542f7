"""The server process around the application: its socket, its limits, how it stops."""

import gc
import resource
import socket
from contextlib import suppress

import uvicorn

from api.push.push import Push
from gridfeed.settings import Settings

#: How long streams get to hear that they should go elsewhere, before other requests are waited for.
FAREWELL_SECONDS = 3.0


#: A peer that has taken nothing for so long after the server gave it up is gone.
SILENT_SECONDS = 30.0
#: Objects made, and not freed, before the collector looks at the youngest; Python's own: 700.
COLLECT_AFTER = 50_000


class Server(uvicorn.Server):
    """Tells streams to go elsewhere before it waits for the rest.

    uvicorn alone would wait for streams as for any answer, and they have no end.
    """

    def __init__(self, config: uvicorn.Config, push: Push) -> None:
        """`push`: whose streams."""
        super().__init__(config)
        self._push = push

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, end the streams, finish the rest."""
        for server in self.servers:
            server.close()
        self._push.stop()
        await self._push.connections.drained(FAREWELL_SECONDS)
        await super().shutdown(sockets)


def listening(config: uvicorn.Config, settings: Settings) -> socket.socket:
    """Return the socket to serve on. A connection whose peer has gone silent ends in bounded time.

    Each accepted connection inherits these options. Asyncio sets TCP_NODELAY only on sockets made
    with the protocol TCP, and uvicorn's is made with 0: on a kept connection each answer then
    waited 40 ms for the acknowledgement of the one before.

    What the server has given up is otherwise kept until the peer takes the rest, if ever; this is
    later than the server gives up, so that it can say why.
    """
    found = config.bind_socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        milliseconds = int((settings.stream_send_seconds + SILENT_SECONDS) * 1000)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    return found


def collect_rarely() -> None:
    """Let the collector of cycles look less often, and never at what lives as long as the process.

    What answers and streams allocate is freed without it. With 5,000 streams open a change then
    reached the last of them after 1.1 s instead of 3.6 s, on a machine busy with other things.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def allow_open_files() -> None:
    """Raise this process's limit of open files as far as it may: every stream is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # some systems refuse their own hard limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
