"""`gridfeed serve`: the API."""

import asyncio
from typing import Annotated

import typer

from api.server import serve as run_server
from cli import session, terminal
from gridfeed.settings import load

app = terminal.commands()


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. Default: GRIDFEED_API_HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="0 picks a free one. Default: GRIDFEED_API_PORT."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, help="Processes that share the port. Default: GRIDFEED_API_WORKERS."
        ),
    ] = None,
) -> None:
    """Serve the API until SIGINT or SIGTERM. A database newer than this program is refused.

    With --workers, each process has its own connections to the database and applies the limits of
    clients by itself. A process that dies is started again. /metrics has the metrics of all
    processes, with the label `process`.

    \b
    Examples:
      gridfeed serve
      gridfeed serve --host 0.0.0.0 --port 8080 --workers 4
    """
    settings = load(api_host=host, api_port=port, api_workers=workers)
    asyncio.run(session.refuse_newer_schema(settings))
    run_server(settings)
