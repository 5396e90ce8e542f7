"""`gridfeed asyncapi`: the document that the API answers at /asyncapi.json."""

from typing import Annotated

import orjson
import typer

from api.discovery.asyncapi.document import document
from cli import terminal
from gridfeed.settings import load

app = terminal.commands()


@app.command()
def asyncapi(
    url: Annotated[
        str | None, typer.Option(help="Base URL of the API. Default: GRIDFEED_API_URL.")
    ] = None,
) -> None:
    """Print the AsyncAPI 3 document of topics, streams and webhooks as JSON.

    The API answers the same document at /asyncapi.json, without the topics of GRIDFEED_TENANTS. The
    command needs no running service. GRIDFEED_TOPIC_PREFIX is part of the topics' names.

    \b
    Examples:
      gridfeed asyncapi
      gridfeed asyncapi --url https://gridfeed.example > asyncapi.json
    """
    settings = load(api_url=url)
    base = settings.api_url or f"http://localhost:{settings.api_port}"
    typer.echo(orjson.dumps(document(settings, base), option=orjson.OPT_INDENT_2).decode())
