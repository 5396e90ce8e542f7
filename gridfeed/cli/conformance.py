"""`gridfeed conformance`: the checklist of CDS-WG3-01 against any server."""

from pathlib import Path
from typing import Annotated

import httpx
import typer

from gridfeed.cli import terminal
from gridfeed.cli.trouble import TroubleError
from gridfeed_conformance.report import as_json as json_report
from gridfeed_conformance.report import as_junit, line, summary
from gridfeed_conformance.run import run
from gridfeed_conformance.server import Server, Tokens
from gridfeed_conformance.verdict import Status

app = terminal.commands()

BaseUrl = Annotated[str, typer.Option(help="Of the server, e.g. https://cds.example.com.")]
Token = Annotated[str, typer.Option(help="Access token that opens everything.")]
SecondToken = Annotated[str | None, typer.Option(help="Second token, for checks that say so.")]
Prefixes = Annotated[
    list[str], typer.Option(help="Words with it are documented extensions; repeatable.")
]
Report = Annotated[Path | None, typer.Option(help="Write this report there.")]


@app.command()
def conformance(
    base_url: BaseUrl,
    token: Token,
    *,
    token_minimal: SecondToken = None,
    token_one_meter: SecondToken = None,
    token_other: SecondToken = None,
    token_empty: SecondToken = None,
    token_accounts: SecondToken = None,
    token_ended: SecondToken = None,
    extension_prefix: Prefixes = ["gridfeed_"],  # noqa: B006 - typer reads it and changes nothing
    most_pages: Annotated[int, typer.Option(min=1, help="Of a listing that are read.")] = 5,
    json: Report = None,
    junit: Report = None,
) -> None:
    """Compare a server's answers with the checklist of CDS-WG3-01, number by number.

    It only reads. Every number ends as pass, fail or not applicable, with the reason; a failure
    with its request and answer. Exit code 1 if a check fails. The kit is also installable alone,
    as gridfeed-conformance.

    \b
    Examples:
      gridfeed conformance --base-url http://127.0.0.1:8080 --token "$TOKEN"
      gridfeed conformance --base-url https://cds.example.com --token "$TOKEN" --junit cds.xml
    """
    tokens = Tokens(
        token,
        token_minimal,
        token_one_meter,
        token_other,
        token_empty,
        token_accounts,
        token_ended,
    )
    server = Server(base_url, tokens, most_pages=most_pages, prefixes=tuple(extension_prefix))
    try:
        verdicts = run(server, done=lambda verdict: typer.echo(line(verdict)))
    except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise TroubleError(
            f"{base_url} cannot be reached: {error}", "Check --base-url, and that the server runs."
        ) from None
    if json:
        json.write_text(json_report(verdicts, base_url), "utf-8")
    if junit:
        junit.write_text(as_junit(verdicts), "utf-8")
    typer.echo(summary(verdicts))
    if any(verdict.status is Status.FAIL for verdict in verdicts):
        raise typer.Exit(1)
