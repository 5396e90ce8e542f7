"""Counts and times every request by its route's template, so that ids do not make new series."""

from collections.abc import Callable

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Histogram,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LABELS = ("method", "route", "status")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class RequestMetrics:
    """ASGI middleware with its own registry, so that one process may have several applications."""

    def __init__(
        self, app: ASGIApp, registry: CollectorRegistry, monotonic: Callable[[], float]
    ) -> None:
        """monotonic: a clock in seconds that never goes back."""
        self._app = app
        self._monotonic = monotonic
        self._requests = Counter(
            "gridfeed_api_requests", "Answered requests", LABELS, registry=registry
        )
        self._seconds = Histogram(
            "gridfeed_api_request_seconds",
            "Time from the request to the end of the answer",
            ("method", "route"),
            buckets=BUCKETS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; record its status and duration."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = self._monotonic()
        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._requests.labels(method, route, status).inc()
            self._seconds.labels(method, route).observe(self._monotonic() - started)


def new_registry() -> CollectorRegistry:
    """Return a registry with the metrics of the process and the interpreter."""
    registry = CollectorRegistry()
    for collector in (GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR):
        registry.register(collector)
    return registry
