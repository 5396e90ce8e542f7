"""The server process around the application: its socket, its limits, how it stops.

`new_server` makes the server that users, benches and tests meet alike.
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

#: How long requests under way may take once the process was told to stop.
GRACE_SECONDS = 10
#: How long streams get to hear that they should go elsewhere, before other requests are waited for.
FAREWELL_SECONDS = 3.0
#: Connections that the kernel accepts for us: clients of a stopped process come all at once.
BACKLOG = 4096
#: What a client may send in one message.
WEBSOCKET_MESSAGE_BYTES = 64 * 1024
#: A peer that has taken nothing for so long after the server gave it up is gone.
SILENT_SECONDS = 30.0
#: Objects made, and not freed, before the collector looks at the youngest; Python's own: 700.
COLLECT_AFTER = 50_000
#: What runs the event loop; httptools reads the requests.
LOOP = "asyncio" if sys.platform == "win32" else "uvloop"
#: uvicorn ticks ten times a second.
TICKS_PER_LOOK = 10


class Config(uvicorn.Config):
    """How the application is served; the `patience` of its connections."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        """Take the settings; the application counts."""
        super().__init__(
            app,
            host=settings.api_host,
            port=settings.api_port,
            workers=1,  # else uvicorn reads WEB_CONCURRENCY
            backlog=BACKLOG,
            loop=LOOP,
            http=GuardedConnection,
            log_config=None,
            access_log=False,
            server_header=False,
            # uvicorn would trust whoever comes from this machine; `Proxies` trusts whom it is told.
            proxy_headers=False,
            timeout_keep_alive=math.ceil(settings.api_idle_seconds),
            timeout_graceful_shutdown=GRACE_SECONDS,
            ws_max_size=WEBSOCKET_MESSAGE_BYTES,
            ws_per_message_deflate=False,
        )
        self.patience = Patience(settings, provided(app, CollectorRegistry))


class Server(uvicorn.Server):
    """Tells streams to go elsewhere before it waits for the rest.

    uvicorn alone would wait for streams as for any answer, and they have no end.
    """

    def __init__(self, config: Config, push: Push, settings: Settings) -> None:
        """`push`: whose streams."""
        super().__init__(config)
        self._push = push
        self._settings = settings

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop; by default on the socket that the settings name."""
        super().run(sockets or [listening(self._settings)])

    async def on_tick(self, counter: int) -> bool:
        """Look after the connections now and then."""
        if counter % TICKS_PER_LOOK == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, GuardedConnection):
                    connection.look_after(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, end the streams, finish the rest."""
        for server in self.servers:
            server.close()
        self._push.stop()
        await self._push.connections.drained(FAREWELL_SECONDS)
        await super().shutdown(sockets)


def new_server(app: FastAPI, settings: Settings) -> Server:
    """Return the server of an application that `build_app` made; `run` runs it."""
    return Server(Config(app, settings), provided(app, Push), settings)


def serve_app(app: FastAPI, settings: Settings, sock: socket.socket | None = None) -> None:
    """Serve in a process of its own, on that socket or a new one, until SIGINT or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn raises the signal again once it has stopped; that it has is enough.
        signal.signal(number, lambda *_: None)
    allow_open_files()
    server = new_server(app, settings)
    collect_rarely()
    server.run([sock] if sock else None)


def listening(settings: Settings, *, shared: bool = False) -> socket.socket:
    """Return the socket to serve on. A connection whose peer has gone silent ends in bounded time.

    shared: others may listen on the same port. Each accepted connection inherits the options.
    Asyncio sets TCP_NODELAY only on sockets made with the protocol TCP: on a kept connection each
    answer else waited 40 ms for the acknowledgement of the one before.

    What the server has given up is otherwise kept until the peer takes the rest, if ever; this is
    later than the server gives up, so that it can say why.
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
