"""Composition root of the API process: settings to application to server."""

import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

import uvicorn
from fastapi import FastAPI

import gridfeed
from api import problems
from api.auth import Authenticator
from api.describe import complete_openapi
from api.metrics import RequestMetrics, new_registry
from api.query.database import Database
from api.routes import (
    accuracy,
    changes,
    completeness,
    lineage,
    meters,
    operations,
    projects,
    reconciliation,
    registers,
    segments,
    series,
    telemetry,
    validation,
)
from gridfeed import observe
from gridfeed.settings import Settings

ROUTERS = (
    projects.router,
    meters.router,
    segments.router,
    lineage.router,
    changes.router,
    telemetry.router,
    registers.router,
    series.router,
    completeness.router,
    accuracy.router,
    reconciliation.router,
    validation.router,
    operations.router,
)
#: How long requests under way may take once the process was told to stop.
GRACE_SECONDS = 10

DESCRIPTION = """
Power-production data in the shapes of the Carbon Data Specification (CDS-WG3-01).

Sign: in usage segments energy is counted as the grid counts it, so generation is negative.
Paths under `/v1` count generation positive, as it was streamed.
Intervals are half-open and named by their start; instants are UTC; numbers are exact decimals.
"""


def build_app(settings: Settings, clock: Callable[[], float] = monotonic) -> FastAPI:
    """Return the application; its lifespan opens and closes the database.

    It starts and lives without a database: what needs it answers 503 meanwhile.
    """
    database = Database(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        database.open()
        yield
        await database.close()

    app = FastAPI(
        title="Gridfeed",
        version=gridfeed.__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.database = database
    app.state.authenticator = Authenticator(database, clock)
    app.state.api_url = settings.api_url
    app.state.registry = new_registry()
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    app.add_middleware(RequestMetrics, registry=app.state.registry, monotonic=clock)
    complete_openapi(app, ROUTERS)
    return app


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way get GRACE_SECONDS to finish."""
    observe.set_up(settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn raises the signal again once it has stopped; that it has is enough.
        signal.signal(number, lambda *_: None)
    config = uvicorn.Config(
        build_app(settings),
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run()
