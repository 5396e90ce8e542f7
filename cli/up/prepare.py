"""Prepares broker and database for `gridfeed up`, before it starts programs that use them."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cli import session
from cli.demo.recordings import examples
from cli.projects.file import BadProjectFileError, DeclaredFile, read_file
from cli.trouble import TroubleError
from gridfeed import clock
from gridfeed.domain.declaration.declared import newest
from gridfeed.kafka.topic_admin import create_missing
from gridfeed.settings import Settings
from gridfeed.storage import catalogue, clients
from gridfeed.storage.migrate import migrate
from gridfeed.storage.statements import sql


async def schema(settings: Settings) -> int:
    """Apply the migrations that the database lacks; return their number."""
    async with session.connected(settings, migrated=False) as connection:
        with session.schema_trouble():
            return len(await migrate(connection))


async def new_log(settings: Settings) -> None:
    """Let workers begin at offset 0 everywhere: the broker's log is new, the database is not."""
    async with session.connected(settings) as connection:
        await connection.execute(*sql("renew_every_source"))


async def topics(settings: Settings) -> int:
    """Create the missing topics; return their number."""
    with session.kafka_trouble(settings):
        return len(await create_missing(settings))


def demonstration(file: Path | None = None) -> DeclaredFile:
    """Return the fleet that a project file declares. file: None means examples/projects.yaml.

    Raises TroubleError.
    """
    try:
        file = file or examples() / "projects.yaml"
        return read_file(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TroubleError(str(error)) from error
    except BadProjectFileError as error:
        lines = (f"{file}:{fault.line}: {fault.text}" for fault in error.faults)
        raise TroubleError("\n".join(lines)) from error


async def fleet(settings: Settings, declared: DeclaredFile) -> int:
    """Declare the fleet; return the number of its meters."""
    async with session.connected(settings) as connection:
        try:
            await catalogue.apply(connection, declared.projects, declared.customer)
        except catalogue.RefusedError as error:
            raise TroubleError(
                f"the fleet of the demonstration cannot be declared: {error}",
                "Use another database, or start without it: gridfeed up --no-demo-data.",
            ) from error
    return len(newest(declared.projects))


@asynccontextmanager
async def client(settings: Settings) -> AsyncIterator[str]:
    """Create an API client that may see all data; give its token; revoke it at the end."""
    token = f"gf_{secrets.token_urlsafe(32)}"
    name = f"up-{clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    async with session.connected(settings) as connection:
        await clients.create_client(connection, name, token)
    try:
        yield token
    finally:
        # If the database is gone, so is the client.
        with contextlib.suppress(TroubleError):
            async with session.connected(settings) as connection:
                await clients.revoke_client(connection, name)
