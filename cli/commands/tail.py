"""`gridfeed tail`: changes as they are published, by polling the API."""

import contextlib
import time
from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import typer

from cli import session, terminal
from cli.trouble import TroubleError
from gridfeed.settings import Settings

app = terminal.commands()

_LIMIT = 1000
_COLUMNS = (
    "change_id",
    "kind",
    "meter_number",
    "production_format",
    "channel",
    "interval_from",
    "interval_to",
)


@app.command()
def tail(
    *,
    after: Annotated[
        str, typer.Option(help="Print the changes after this change id; 0 starts with the oldest.")
    ] = "0",
    api: terminal.Api = None,
    token: terminal.Token = "",
    follow: Annotated[bool, typer.Option("--follow", help="Wait for more until Ctrl-C.")] = False,
    interval: Annotated[
        float, typer.Option(min=0.05, help="With --follow: seconds between two requests.")
    ] = 1.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each change as one line of JSON.")
    ] = False,
) -> None:
    """Print the changes of published values, oldest first.

    \b
    Examples:
      gridfeed tail --token "$GRIDFEED_TOKEN" --follow
      GRIDFEED_TOKEN=gf_... gridfeed tail --api https://power.example --after 0 --json
    """
    settings = session.start()
    base = api or _own_address(settings)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with (
        httpx.Client(base_url=base, headers=headers, timeout=30) as client,
        contextlib.suppress(KeyboardInterrupt),
    ):
        for change in _changes(client, after, wait=interval if follow else None):
            _print(change, as_json=as_json)


def _print(change: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        terminal.print_json(change)
    else:
        typer.echo("  ".join(terminal.printable(change.get(name)) for name in _COLUMNS))


def _own_address(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.api_host, settings.api_host)  # noqa: S104 - listens everywhere
    return settings.api_url or f"http://{host}:{settings.api_port}"


class _AwayError(TroubleError):
    """The API does not answer now, but may answer later."""


def _changes(client: httpx.Client, after: str, wait: float | None) -> Iterator[dict[str, Any]]:
    """Yield changes in order. After an empty page, ask again in `wait` seconds; None: end there."""
    while True:
        try:
            page = _page(client, after)
        except _AwayError as error:
            if wait is None:
                raise
            terminal.note(f"{error.cause}; trying again")
            time.sleep(max(wait, 1))
            continue
        yield from page["changes"]
        came_from, after = after, page["next"]
        if page["changes"] or after != came_from:
            continue
        if wait is None:
            return
        time.sleep(wait)


def _page(client: httpx.Client, after: str) -> dict[str, Any]:
    try:
        answer = client.get("/v1/changes", params={"after": after, "limit": _LIMIT})
    except httpx.TransportError as error:
        raise _AwayError(
            f"no answer from {client.base_url}: {error}",
            "Start `gridfeed serve`, or give --api (GRIDFEED_API_URL, GRIDFEED_API_PORT).",
        ) from None
    said = f"the API at {client.base_url} answers {answer.status_code}: {answer.text[:200]}"
    if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise _AwayError(said, "See the API's log and its /readyz.")
    if answer.status_code in (401, 403):
        raise TroubleError(
            f"the API at {client.base_url} does not accept the token ({answer.status_code})",
            "Give --token, or set GRIDFEED_TOKEN; `gridfeed clients create NAME` prints one.",
        )
    try:
        page: dict[str, Any] = answer.raise_for_status().json()
        return {"changes": page["changes"], "next": page["next"]}
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError):
        advice = "Check --api (or GRIDFEED_API_URL, GRIDFEED_API_PORT) and --after."
        raise TroubleError(said, advice) from None
