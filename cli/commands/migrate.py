"""`gridfeed migrate`: bring the database to this version's schema."""

import asyncio
from typing import Annotated

import typer

from cli import session, terminal
from gridfeed.settings import Settings
from gridfeed.storage.connect import open_pool
from gridfeed.storage.migrate import migrate as apply_migrations

app = terminal.commands()


@app.command()
def migrate(
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for a database that does not answer yet.")
    ] = 0,
    as_json: terminal.AsJson = False,
) -> None:
    """Apply the migrations that the database lacks, and print them.

    Each migration is one transaction. A second `gridfeed migrate` waits for the first and finds
    nothing to do, so every replica of a deployment may run the command. Workers wait meanwhile;
    workers of an older version end afterwards. A database newer than this program is refused.

    \b
    Examples:
      gridfeed migrate
      gridfeed migrate --wait 60
    """
    settings = session.start()
    with session.database_trouble():
        applied = asyncio.run(_migrate(settings, wait))
    if as_json:
        terminal.print_json({"applied": applied})
    elif applied:
        typer.echo("\n".join(f"applied {name}" for name in applied))
    else:
        typer.echo("nothing to apply, the database is up to date")


async def _migrate(settings: Settings, wait: float) -> list[str]:
    if wait:
        await (await open_pool(settings, wait_seconds=wait)).close()
    async with session.connected(settings, migrated=False) as connection:
        with session.schema_trouble():
            return await apply_migrations(connection)
