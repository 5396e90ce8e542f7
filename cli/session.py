"""The start of every command: settings, quiet logs, the database, and clear errors."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeAlias

import asyncpg
from aiokafka.conn import collect_hosts
from aiokafka.errors import KafkaConnectionError, KafkaError

from cli.trouble import TroubleError
from gridfeed import observe
from gridfeed.kafka.security import client_options
from gridfeed.kafka.topic_admin import TopicRefusedError
from gridfeed.kafka.trouble import cause_in
from gridfeed.settings import BadSettingsError, Settings, load
from gridfeed.storage.connect import UNREACHABLE
from gridfeed.storage.migrate import NewerSchemaError, SchemaRefusedError, pending, refuse_newer
from gridfeed.storage.privileges import MissingPrivilegesError
from gridfeed.storage.trouble import database_cause, database_fix
from gridfeed.storage.watched import connect

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

#: Errors of a database that is away or refuses the connection, but not of a wrong statement.
_NO_DATABASE: tuple[type[Exception], ...] = (
    *UNREACHABLE,
    TimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InsufficientResourcesError,
)


def start(**overrides: object) -> Settings:
    """Read the settings for a short command. The libraries' own messages show only at DEBUG."""
    settings = load(**overrides)
    observe.set_up(settings, silent=("aiokafka", "asyncio", "httpx", "httpcore"))
    return settings


@contextmanager
def database_trouble() -> Iterator[None]:
    """Turn errors of the database into TroubleError, with the setting to look at."""
    try:
        yield
    except BrokenPipeError:
        raise
    except MissingPrivilegesError as error:
        raise TroubleError(f"database: {error}", error.fix) from error
    except _NO_DATABASE as error:
        raise TroubleError(f"database: {database_cause(error)}", database_fix(error)) from error


@contextmanager
def schema_trouble() -> Iterator[None]:
    """Turn a refusal of the database's schema into TroubleError: nothing was changed."""
    try:
        yield
    except SchemaRefusedError as error:
        raise TroubleError(f"database: {error}", "Nothing was changed.") from None


@asynccontextmanager
async def connected(settings: Settings, *, migrated: bool = True) -> AsyncIterator[Connection]:
    """Open one connection. migrated: demand exactly the schema that this program was built for."""
    with database_trouble():
        connection = await _connect(settings)
        try:
            if migrated:
                await _refuse_newer(connection)
            if migrated and (names := await pending(connection)):
                raise TroubleError(
                    f"database: {len(names)} migrations are pending ({', '.join(names)})",
                    "Run `gridfeed migrate`.",
                )
            yield connection
        finally:
            await connection.close(timeout=5)


async def refuse_newer_schema(settings: Settings) -> None:
    """Raise TroubleError if the database is newer than this program; it may also be away."""
    with contextlib.suppress(*_NO_DATABASE):
        connection = await _connect(settings)
        try:
            await _refuse_newer(connection)
        finally:
            await connection.close(timeout=5)


async def _refuse_newer(connection: Connection) -> None:
    try:
        await refuse_newer(connection)
    except NewerSchemaError as error:
        raise TroubleError(f"database: {error}") from None


async def _connect(settings: Settings) -> Connection:
    try:
        return await connect(settings.database_url.get_secret_value(), timeout=10)
    except ssl.SSLError:  # some SSL errors are ValueErrors, too
        raise
    except ValueError as error:  # a malformed URL raises it
        raise asyncpg.InterfaceError(f"GRIDFEED_DATABASE_URL is not a URL: {error}") from error


@contextmanager
def kafka_trouble(settings: Settings) -> Iterator[None]:
    """Turn errors of Kafka into TroubleError, with the setting to look at."""
    try:
        collect_hosts(settings.kafka_bootstrap)
    except ValueError as error:
        raise BadSettingsError(
            f"GRIDFEED_KAFKA_BOOTSTRAP={settings.kafka_bootstrap!r}: {error}"
            " (Kafka brokers, comma-separated: host:9092)"
        ) from error
    client_options(settings)  # raises an error that names all unusable files
    try:
        yield
    except TopicRefusedError as error:
        raise TroubleError(str(error)) from error
    except (KafkaError, TimeoutError) as error:
        raise _kafka_trouble(settings, error) from error


def _kafka_trouble(settings: Settings, error: Exception) -> TroubleError:
    if cause := cause_in(error, settings):
        return TroubleError(f"Kafka at {settings.kafka_bootstrap}: {cause.seen}", cause.fix)
    if isinstance(error, KafkaConnectionError | TimeoutError):
        return TroubleError(
            f"Kafka: no answer from {settings.kafka_bootstrap}",
            "Check that a broker runs there, or correct GRIDFEED_KAFKA_BOOTSTRAP (host:9092).",
        )
    return TroubleError(
        f"Kafka at {settings.kafka_bootstrap}: {error}",
        "See the broker's log; GRIDFEED_KAFKA_BOOTSTRAP names the cluster.",
    )
