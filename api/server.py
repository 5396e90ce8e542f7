"""Composition root of the API process: makes the application from settings, and serves it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline
from prometheus_client import CollectorRegistry

import gridfeed
from api.comparisons.accuracy import routes as accuracy
from api.comparisons.completeness import routes as completeness
from api.comparisons.reconciliation import routes as reconciliation
from api.comparisons.series import routes as series
from api.comparisons.validation import routes as validation
from api.discovery import operations
from api.discovery import routes as discovery
from api.discovery.about import LICENSE, contact
from api.discovery.asyncapi import routes as asyncapi
from api.discovery.limits import LIMITS
from api.discovery.metadata import Publisher
from api.discovery.readiness import ReadinessLook
from api.feed.changes import routes as changes
from api.feed.push import Push
from api.feed.stream import routes as stream
from api.feed.websocket import routes as ws
from api.lineage import routes as lineage
from api.listings import (
    accounts,
    aggregations,
    bills,
    eacs,
    meters,
    projects,
    service_contracts,
    service_points,
)
from api.meters.registers import routes as registers
from api.meters.telemetry import routes as telemetry
from api.reading.database import Database
from api.segments import routes as segments
from api.serving import serve_app
from api.web import problems
from api.web.access.admission import Admission
from api.web.access.auth import Authenticator
from api.web.access.cross_origin import CrossOrigin
from api.web.access.fairness import Fairness
from api.web.access.guarded import Guarded
from api.web.access.proxies import Proxies
from api.web.metrics import RequestMetrics, new_registry
from api.web.metrics_of_all import Processes
from api.web.negotiation import require_acceptable
from api.web.openapi import TAGS, complete_openapi
from api.web.services import provide, provided
from api.web.transport import compression
from api.web.transport.conditional import ConditionalRequests
from api.web.transport.front import Front
from api.web.transport.room import Room
from api.web.transport.streamed import Slots
from api.webhooks import routes as webhooks
from api.webhooks.service import Webhooks
from api.workers import supervise
from gridfeed import observe
from gridfeed.clock import forget, now
from gridfeed.environment import warn_of_unknown_variables
from gridfeed.settings import Settings
from gridfeed.storage.database_time import follow_for_ever

ROUTERS = (
    discovery.router,
    projects.router,
    accounts.router,
    service_contracts.router,
    service_points.router,
    meters.router,
    segments.router,
    lineage.router,
    aggregations.router,
    eacs.router,
    bills.router,
    changes.router,
    stream.router,
    webhooks.router,
    telemetry.router,
    registers.router,
    series.router,
    completeness.router,
    accuracy.router,
    reconciliation.router,
    validation.router,
    operations.router,
    asyncapi.router,
)
DOCS_URL = "/docs"

DESCRIPTION = """
Power-production data in the shapes of the Connected Data Specifications (CDS-WG3-01).

Sign: usage segments have the grid's sign, so generation is negative. Under `/v1`, generation is
positive, as it was streamed.
Intervals are half-open and named by their start; instants are UTC; numbers are exact decimals.

Every answer that is not 2xx or 304 is an RFC 9457 problem document. Every 200 has an `ETag` for
`If-None-Match`. HEAD works wherever GET does. Paths under `/v1` refuse unknown parameters,
listings under `/cds/v1` ignore them. `x-gridfeed-limits` in this document lists the limits.
"""


def build_app(
    settings: Settings,
    clock: Callable[[], float] = monotonic,
    processes: Processes | None = None,
) -> FastAPI:
    """Return the application; its lifespan opens and closes the database.

    processes: the processes that serve on the same port; None: only this one.
    It starts and runs without a database: routes that need the database answer 503 meanwhile.
    """
    database, registry = Database(settings), new_registry()
    push = Push(settings, database, registry)
    among = processes or Processes()
    hooks = Webhooks(settings, push.hub.feed, registry)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        database.open()
        push.open()
        hooks.open()
        following = asyncio.create_task(follow_for_ever(settings, "gridfeed-api"))
        await among.open(registry)
        yield
        await among.close()
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await hooks.close()
        await push.close()
        await database.close()
        forget()

    # It contains the scripts and styles of /docs, since a closed network cannot load them.
    app = FastAPIOffline(
        DOCS_URL,
        None,
        title="Gridfeed",
        version=gridfeed.__version__,
        description=DESCRIPTION,
        contact=contact(settings),
        license_info=LICENSE,
        openapi_tags=TAGS,
        # Relative to the document's URL, unless the settings give the API's URL.
        servers=[{"url": settings.api_url or "/", "description": "this server"}],
        lifespan=lifespan,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.docs_url = DOCS_URL
    provide(
        app,
        settings,
        database,
        registry,
        among,
        push,
        push.connections,
        hooks,
        ReadinessLook(database),
        Admission(Authenticator(database, clock), settings),
        Publisher(settings.api_name, settings.api_website, settings.api_support, now()),
        Slots(settings.database_pool // 2, settings.tables_per_client),
        Room(settings.table_spool_bytes // among.count, registry),
        problems.Routes(tuple(route for router in ROUTERS for route in router.routes)),
    )
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(require_acceptable)])
    app.include_router(ws.router)
    problems.install(app)
    _add_transport(app, settings, clock)
    complete_openapi(app, ROUTERS, LIMITS)
    return app


def _add_transport(app: FastAPI, settings: Settings, clock: Callable[[], float]) -> None:
    """Wrap the routes in the middleware of every request, the innermost first."""
    app.add_middleware(
        ConditionalRequests,
        admission=provided(app, Admission),
        database=provided(app, Database),
        monotonic=clock,
        now=now,
    )
    compression.install(app)
    app.add_middleware(Fairness)
    app.add_middleware(Front)
    if trusted := settings.proxy_networks:
        app.add_middleware(Proxies, trusted=trusted)
    if origins := settings.cors_origins:
        app.add_middleware(CrossOrigin, origins=origins)
    app.add_middleware(Guarded)
    app.add_middleware(RequestMetrics, registry=provided(app, CollectorRegistry), monotonic=clock)


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, then give requests under way some time to finish."""
    observe.set_up(settings)
    warn_of_unknown_variables()
    if settings.api_workers > 1:
        supervise(settings)
    else:
        serve_app(build_app(settings), settings)
