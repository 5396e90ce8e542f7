"""A TCP proxy that can go silent: connections stay open, and nothing is forwarded any more.

It has a thread of its own, so that a test may wait for a process that needs it.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from aiokafka.client import AIOKafkaClient

CHUNK = 1 << 16


class SilentProxy:
    """Forwards to one server, until it is told to be silent."""

    def __init__(self, host: str, port: int) -> None:
        """Forward to the server at this address."""
        self._target = host, port
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._silenced: set[asyncio.StreamWriter] = set()
        self._is_mute = False
        #: What the server sends comes so much later.
        self.delay_seconds = 0.0
        self._loop = asyncio.new_event_loop()
        self.port = 0

    def silence(self) -> int:
        """Forward nothing more over the connections that are open; new ones work.

        Returns how many are silent.
        """

        async def silence() -> int:
            self._silenced |= self._writers
            return len(self._silenced)

        return asyncio.run_coroutine_threadsafe(silence(), self._loop).result()

    def mute(self) -> None:
        """Forward nothing more, over new connections neither, until `unmute`."""
        self._is_mute = True
        self.silence()

    def unmute(self) -> None:
        """Let new connections work; those that were accepted meanwhile stay silent."""
        self._is_mute = False

    @contextmanager
    def listening(self) -> Iterator["SilentProxy"]:
        """Listen on a free port of this machine until the block ends."""
        listening = threading.Event()
        ended = asyncio.Event()
        thread = threading.Thread(
            target=self._loop.run_until_complete, args=(self._serve(listening, ended),)
        )
        thread.start()
        listening.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(ended.set)
            thread.join()
            self._loop.close()

    async def _serve(self, listening: threading.Event, ended: asyncio.Event) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        await ended.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        """Return what the server sent next; empty at the end."""
        return await reader.read(CHUNK)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if self._is_mute:
            self._silenced.add(writer)
        own = asyncio.current_task()
        assert own is not None
        self._tasks.add(own)
        try:
            # A server's task that is cancelled would be complained of.
            with suppress(OSError, asyncio.CancelledError):
                server_reader, server_writer = await asyncio.open_connection(*self._target)
                try:
                    await self._both_ways(reader, writer, server_reader, server_writer)
                finally:
                    server_writer.close()
        finally:
            self._tasks.discard(own)
            self._writers.discard(writer)
            self._silenced.discard(writer)
            writer.close()

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> None:
        async def request() -> None:
            while data := await reader.read(CHUNK):
                if writer not in self._silenced:
                    server_writer.write(data)
                    await server_writer.drain()

        async def answer() -> None:
            while data := await self.read(server_reader):
                await asyncio.sleep(self.delay_seconds)
                if writer not in self._silenced:
                    writer.write(data)
                    await writer.drain()
            # A silent way does not tell that the other side has hung up either.
            while writer in self._silenced:  # noqa: ASYNC110 - until the client has gone
                await asyncio.sleep(0.5)

        ways = {asyncio.create_task(request()), asyncio.create_task(answer())}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


class SilentBroker(SilentProxy):
    """A proxy that brokers seem to advertise: clients connect to nothing else.

    In all that the broker answers, its address is replaced by this proxy's, which has as many
    bytes; so nothing has to be understood.
    """

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        """Return the next answer as a whole, with the proxy's address for the broker's."""
        try:
            size = await reader.readexactly(4)
        except asyncio.IncompleteReadError:
            return b""
        answer = await reader.readexactly(int.from_bytes(size, "big"))
        host, port = self._target
        theirs = host.encode() + port.to_bytes(4, "big")
        return size + answer.replace(theirs, host.encode() + self.port.to_bytes(4, "big"))


@contextmanager
def silent_database(url: str) -> Iterator[tuple[SilentProxy, str]]:
    """Give a proxy before a database, and the URL that leads through it."""
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    with SilentProxy(parts.hostname or "127.0.0.1", parts.port or 5432).listening() as proxy:
        yield proxy, parts._replace(netloc=f"{user}{at}127.0.0.1:{proxy.port}").geturl()


@contextmanager
def silent_broker(host: str, port: int) -> Iterator[tuple[SilentProxy, str]]:
    """Give a proxy before a broker, of the address that it advertises; and the proxy's."""
    with SilentBroker(host, port).listening() as proxy:
        yield proxy, f"127.0.0.1:{proxy.port}"


async def advertised(bootstrap: str) -> tuple[str, int]:
    """Return where the one broker tells its clients to connect to."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    try:
        await client.bootstrap()
        (broker,) = client.cluster.brokers()
        return broker.host, broker.port
    finally:
        await client.close()
