"""httpx with a bound on what one receiver may say before and in its answer.

Interim answers (1xx) are skipped by every HTTP client, however many there are, and a receiver that
sends them without end would keep the event loop busy until the attempt's time is up.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

#: All that is read of one connection: interim answers, headers and body, without TLS.
MOST_BYTES = 256 * 1024


class BoundedTransport(httpx.AsyncHTTPTransport):
    """Gives up a connection that says more than MOST_BYTES. No environment, no proxy."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        """Use httpx's own transport, with connections that count."""
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(ssl_context=tls, network_backend=_Counting())


class _Counting(httpcore.AsyncNetworkBackend):
    """Connects as anyio does."""

    def __init__(self) -> None:
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Counted(
            await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Counted(httpcore.AsyncNetworkStream):
    """Counts what is read."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner, self._left = inner, MOST_BYTES

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        data = await self._inner.read(max_bytes, timeout)
        self._left -= len(data)
        if self._left < 0:
            raise httpcore.ReadError(f"more than {MOST_BYTES} bytes without a complete answer")
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        return _Counted(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
