"""`gridfeed conformance`: the checklist of CDS-WG3-01 against any server."""

from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from cli import terminal
from gridfeed_conformance.report import as_json as json_report
from gridfeed_conformance.report import as_junit, summary, text
from gridfeed_conformance.run import run
from gridfeed_conformance.server import Server, Tokens
from gridfeed_conformance.verdict import Status

#: The exit codes of gridfeed-conformance.
FAILED, UNREACHABLE = 1, 2

app = terminal.commands()


def _second(opens: str) -> Any:
    return typer.Option(help=f"Another token; it opens {opens}.")


BaseUrl = Annotated[str, typer.Option(help="Base URL of the server, e.g. https://cds.example.com.")]
Token = Annotated[str, typer.Option(help="Access token that opens everything.")]
Prefixes = Annotated[
    list[str], typer.Option(help="Prefix of documented extensions; may be repeated.")
]
Report = Annotated[Path | None, typer.Option(help="File to write the report to.")]


@app.command()
def conformance(
    base_url: BaseUrl,
    token: Token,
    *,
    token_minimal: Annotated[str | None, _second("the same data without optional fields")] = None,
    token_one_meter: Annotated[str | None, _second("one meter only")] = None,
    token_other: Annotated[str | None, _second("another owner's data")] = None,
    token_empty: Annotated[str | None, _second("nothing: a valid grant without objects")] = None,
    token_accounts: Annotated[str | None, _second("the accounts scope only")] = None,
    token_ended: Annotated[str | None, _second("nothing: its grant was revoked or expired")] = None,
    extension_prefix: Prefixes = ["gridfeed_"],  # noqa: B006 - typer reads it and changes nothing
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Print the request and the answer of every check.")
    ] = False,
    most_pages: Annotated[int, typer.Option(min=1, help="Pages to read per listing.")] = 5,
    json: Report = None,
    junit: Report = None,
) -> None:
    """Compare a server's answers with the checklist of CDS-WG3-01, number by number.

    The command only reads. The report says for every number: pass, fail or not applicable, with the
    reason; for a failure also the request and the answer. Further tokens allow more checks. The
    exit code is 1 if a check fails, and 2 if the server cannot be reached. The kit can also be
    installed alone, as gridfeed-conformance.

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
        verdicts = run(server, done=lambda one: typer.echo(text(one, verbose=verbose)))
    except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        terminal.note(
            f"{base_url} cannot be reached: {error}\nCheck --base-url, and that the server runs."
        )
        raise typer.Exit(UNREACHABLE) from None
    if json:
        json.write_text(json_report(verdicts, base_url), "utf-8")
    if junit:
        junit.write_text(as_junit(verdicts), "utf-8")
    typer.echo(summary(verdicts))
    if any(verdict.status is Status.FAIL for verdict in verdicts):
        raise typer.Exit(FAILED)
