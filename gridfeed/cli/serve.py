"""`gridfeed serve`: the API."""

import asyncio
from typing import Annotated

import typer

from api.server import serve as run_server
from gridfeed.cli import session, terminal
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
) -> None:
    """Serve the API until SIGINT or SIGTERM. A database newer than this program is refused.

    \b
    Examples:
      gridfeed serve
      gridfeed serve --host 0.0.0.0 --port 8080
    """
    settings = load(api_host=host, api_port=port)
    asyncio.run(session.refuse_newer_schema(settings))
    run_server(settings)
