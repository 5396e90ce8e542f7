"""The plainest route for a meter-day: FastAPI, asyncpg and one `json_agg` statement.

python -m cli.bench.json_agg PORT

It checks no grant, makes no pages and adds no entity tag. The server around it is the API's.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg
from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry

from api.feed.push import Push
from api.reading.database import Database
from api.serving import serve_app
from api.web.services import provide
from cli.bench.contender import end_with_parent
from cli.bench.place import sql
from gridfeed import observe
from gridfeed.settings import Settings, load

PATH = "/meter-day"


def build_app(settings: Settings) -> FastAPI:
    """Return the application. It has as many connections to the database as the API."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        url, size = settings.database_url.get_secret_value(), settings.database_pool
        async with asyncpg.create_pool(url, min_size=size, max_size=size) as app.state.pool:
            yield

    app, registry = FastAPI(lifespan=lifespan), CollectorRegistry()
    # The server counts connections and ends streams. Nothing of this is opened here.
    provide(app, registry, Push(settings, Database(settings), registry))

    @app.get(PATH)
    async def meter_day(meter_number: str, start: datetime, end: datetime) -> Response:
        """Return the values of a meter between two instants, as the database's JSON text."""
        # asyncpg prepares a statement once for each connection.
        values = sql("json_agg", meter_number=meter_number, start=start, end=end)
        return Response(await app.state.pool.fetchval(*values), media_type="application/json")

    return app


def main(port: int) -> None:
    """Serve until SIGTERM."""
    settings = load(api_port=port)
    observe.set_up(settings)
    serve_app(build_app(settings), settings)


if __name__ == "__main__":
    end_with_parent()
    main(int(sys.argv[1]))
