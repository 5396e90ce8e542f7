"""Serves /healthz, /readyz and /metrics of a worker from the event loop that does the work."""

from collections.abc import Callable, Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


class Operations:
    """A small server for operators; it serves no customer data."""

    def __init__(
        self, missing: Callable[[], Sequence[str]], warnings: Callable[[], Sequence[str]]
    ) -> None:
        """Build the server.

        missing: returns what keeps the worker from working, one sentence each. warnings: returns
        what else a person should know.
        """
        self._missing, self._warnings = missing, warnings
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None)

    async def start(self, port: int) -> None:
        """Listen on every address. Raises OSError when the port is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, port=port).start()

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _readyz(self, _: web.Request) -> web.Response:
        missing = list(self._missing())
        said = {"missing": missing, "warnings": list(self._warnings())}
        return web.json_response(said, status=503 if missing else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
