"""The server process around the application: its socket, its limits and its end.

`new_server` makes the same server for users, benches and tests.
"""

import asyncio
import gc
import math
import resource
import signal
import socket
import sys
from contextlib import suppress

import structlog
import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from api.feed.push import Push
from api.web.services import provided
from api.web.transport.connection import GuardedConnection, Patience
from gridfeed.settings import Settings

log = structlog.get_logger()

#: The time that requests under way get to finish once the process must stop.
GRACE_SECONDS = 10
#: The time that streams get for their goodbye, before the server waits for other requests.
FAREWELL_SECONDS = 3.0
#: Connections that the kernel accepts for us: the clients of a stopped process come all at once.
BACKLOG = 4096
#: The longest message that a client may send.
WEBSOCKET_MESSAGE_BYTES = 64 * 1024
#: The kernel drops a peer that reads nothing for this long after the server gave it up.
SILENT_SECONDS = 30.0
#: The garbage collector runs after this many objects that were not freed; Python's default is 700.
COLLECT_AFTER = 50_000
#: The library of the event loop. httptools reads the requests.
LOOP = "asyncio" if sys.platform == "win32" else "uvloop"
#: uvicorn ticks ten times a second, so connections are looked after every second.
TICKS_PER_LOOK = 10


class Config(uvicorn.Config):
    """uvicorn's configuration, with the `patience` of its connections."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        """Configure from the settings. The application's registry takes the counts."""
        super().__init__(
            app,
            host=settings.api_host,
            port=settings.api_port,
            workers=1,  # without it uvicorn reads WEB_CONCURRENCY
            backlog=BACKLOG,
            loop=LOOP,
            http=GuardedConnection,
            log_config=None,
            access_log=False,
            server_header=False,
            # uvicorn would trust all clients on this machine; `Proxies` trusts configured networks.
            proxy_headers=False,
            timeout_keep_alive=math.ceil(settings.api_idle_seconds),
            timeout_graceful_shutdown=GRACE_SECONDS,
            ws_max_size=WEBSOCKET_MESSAGE_BYTES,
            ws_per_message_deflate=False,
        )
        self.patience = Patience(settings, provided(app, CollectorRegistry))


class Server(uvicorn.Server):
    """A server that ends its streams before it waits for other requests.

    uvicorn alone would wait for streams as for any answer, but streams never end by themselves.
    """

    def __init__(self, config: Config, push: Push, settings: Settings) -> None:
        """push: the owner of the streams."""
        super().__init__(config)
        self._push = push
        self._settings = settings

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop, by default on the host and port of the settings."""
        super().run(sockets or [listening(self._settings)])

    async def on_tick(self, counter: int) -> bool:
        """Look after the connections every TICKS_PER_LOOK ticks."""
        if counter % TICKS_PER_LOOK == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, GuardedConnection):
                    connection.look_after(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, end the streams, finish the other requests."""
        for server in self.servers:
            server.close()
        self._push.stop()
        await self._push.connections.drained(FAREWELL_SECONDS)
        await super().shutdown(sockets)


def new_server(app: FastAPI, settings: Settings) -> Server:
    """Return the server of an application that `build_app` made; `run` runs it."""
    return Server(Config(app, settings), provided(app, Push), settings)


def serve_app(app: FastAPI, settings: Settings, sock: socket.socket | None = None) -> None:
    """Serve until SIGINT or SIGTERM, in a process that does nothing else."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn raises the signal again after it stopped, which must not end the process.
        signal.signal(number, lambda *_: None)
    allow_open_files()
    server = new_server(app, settings)
    collect_rarely()
    server.run([sock] if sock else None)


def listening(settings: Settings, *, shared: bool = False) -> socket.socket:
    """Return the socket to serve on. A connection whose peer has gone silent ends in bounded time.

    shared: other processes may listen on the same port. Each accepted connection inherits the
    options. Asyncio sets TCP_NODELAY only on sockets made with the protocol TCP. Without it, each
    answer on a kept connection waited 40 ms for the acknowledgement of the previous answer.

    TCP_USER_TIMEOUT ends a connection whose peer does not read the rest; without it the kernel
    might keep the connection for ever. It is later than the server's own limit, so that the server
    can still say why it ends the connection.
    """
    host, port = settings.api_host, settings.api_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        milliseconds = int((settings.stream_send_seconds + SILENT_SECONDS) * 1000)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    try:
        found.bind((host, port))
    except OSError as error:
        log.critical("the API cannot listen", host=host, port=port, error=str(error))
        raise SystemExit(1) from error
    where = f"[{host}]" if family == socket.AF_INET6 else host
    log.info("API", url=f"http://{where}:{found.getsockname()[1]}")
    return found


def collect_rarely() -> None:
    """Make the cycle collector run less often, and skip objects that live as long as the process.

    Objects of answers and streams are freed without the collector. With 5,000 open streams a change
    then reached the last stream after 1.1 s instead of 3.6 s, on a busy machine.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def allow_open_files() -> None:
    """Raise this process's limit of open files as far as allowed: each stream is an open file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # some systems refuse their own hard limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
