"""`gridfeed clients`: the API's clients and their grants."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Annotated

import typer

from cli import session, terminal
from cli.trouble import TroubleError
from gridfeed.domain.words import ProductionFormat
from gridfeed.settings import Settings
from gridfeed.storage import clients

app = terminal.commands("Create, list and revoke API clients.")


#: The exit code of `create` if the name is taken, so that a script can tell that from other errors.
TAKEN = 3


def _readable(name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise typer.BadParameter("must be readable text on one line")
    return name


@dataclass(frozen=True, slots=True)
class _NewClient:
    """A client to create. None: all projects, all production formats."""

    name: str
    projects: list[str] | None
    production_formats: list[ProductionFormat] | None
    details: bool


Name = Annotated[str, typer.Argument(help="Name of the client, unique.", callback=_readable)]
Projects = Annotated[
    list[str] | None,
    typer.Option(
        "--project", help="Project that the client may see; may be repeated. Default: all."
    ),
]
Formats = Annotated[
    list[ProductionFormat] | None,
    typer.Option(
        "--production-format",
        help="Production format that the client may see; may be repeated. Default: all.",
    ),
]

Details = Annotated[
    bool,
    typer.Option(
        "--details/--no-details",
        help="Show or hide names, account and contract numbers, addresses and coordinates.",
    ),
]


@app.command("create")
def create(
    name: Name,
    projects: Projects = None,
    production_formats: Formats = None,
    details: Details = True,
    as_json: terminal.AsJson = False,
) -> None:
    """Create a client and print its token, once: only its SHA-256 is stored.

    If the name is taken, the exit code is 3 and no token is printed. In a script, assign the token
    in one line and export it in the next: `export TOKEN=$(...)` hides a failure.

    \b
    Examples:
      gridfeed clients create grid-operator
      gridfeed clients create app --project serf-east --production-format scada --no-details
    """
    settings = session.start()
    token = f"gf_{secrets.token_urlsafe(32)}"
    new = _NewClient(name, projects or None, production_formats or None, details)
    asyncio.run(_create(settings, token, new))
    if as_json:
        terminal.print_json({"name": name, "token": token})
        return
    typer.echo(token)
    terminal.note("Keep this token: it is not stored and cannot be shown again.")


@app.command("list")
def list_stored(as_json: terminal.AsJson = False) -> None:
    """Print the clients and what each may see.

    \b
    Examples:
      gridfeed clients list
      gridfeed clients list --json
    """
    settings = session.start()
    stored = asyncio.run(_list(settings))
    if as_json:
        terminal.print_json(stored)
        return
    terminal.print_table(
        ("name", "projects", "production formats", "details", "created", "revoked"),
        (
            (
                each.name,
                "all" if each.projects is None else " ".join(each.projects),
                "all" if each.production_formats is None else " ".join(each.production_formats),
                "yes" if each.details else "no",
                f"{each.created_at:%Y-%m-%d %H:%M}Z",
                each.revoked_at and f"{each.revoked_at:%Y-%m-%d %H:%M}Z",
            )
            for each in stored
        ),
    )


@app.command("revoke")
def revoke(name: Name) -> None:
    """End a client's access at once; its name stays taken.

    \b
    Examples:
      gridfeed clients revoke app
    """
    settings = session.start()
    asyncio.run(_revoke(settings, name))
    typer.echo(f"revoked {name}")


async def _create(settings: Settings, token: str, new: _NewClient) -> None:
    async with session.connected(settings) as connection:
        unknown = await clients.unknown_projects(connection, new.projects or [])
        if unknown:
            raise TroubleError(
                f"no project {', '.join(unknown)} is declared",
                "See `gridfeed projects list`; declare it with `gridfeed projects apply FILE`.",
            )
        created = await clients.create_client(
            connection,
            new.name,
            token,
            projects=new.projects,
            production_formats=new.production_formats,
            details=new.details,
        )
    if not created:
        raise TroubleError(
            f"a client named {new.name} exists (revoked ones keep their name)",
            "Choose another name, or see `gridfeed clients list`.",
            code=TAKEN,
        )


async def _list(settings: Settings) -> list[clients.Client]:
    async with session.connected(settings) as connection:
        return await clients.list_clients(connection)


async def _revoke(settings: Settings, name: str) -> None:
    async with session.connected(settings) as connection:
        revoked = await clients.revoke_client(connection, name)
    if revoked is None:
        raise TroubleError(f"no client is named {name}", "See `gridfeed clients list`.")
