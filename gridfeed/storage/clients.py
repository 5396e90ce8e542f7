"""API clients: the hashes of their tokens and what each client may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from gridfeed.domain.words import ProductionFormat
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(frozen=True, slots=True)
class Client:
    """A stored client. If projects or production_formats is None, it sees all of them.

    details: whether it sees OPTIONAL fields (CDS-WG3-01 7.2).
    """

    client_id: int
    name: str
    projects: list[str] | None
    production_formats: list[str] | None
    details: bool
    created_at: datetime
    revoked_at: datetime | None


def token_sha256(token: str) -> bytes:
    """Return the hash of a token; the token itself is never stored."""
    return sha256(token.encode()).digest()


async def unknown_projects(connection: Connection, projects: Sequence[str]) -> list[str]:
    """Return the given ids that are no project's."""
    rows = await connection.fetch(*sql("unknown_projects", projects=projects))
    return [row["id"] for row in rows]


async def create_client(
    connection: Connection,
    name: str,
    token: str,
    *,
    projects: Sequence[str] | None = None,
    production_formats: Sequence[ProductionFormat] | None = None,
    details: bool = True,
) -> bool:
    """Store a client and the hash of its token; return False if the name is taken."""
    formats = None if production_formats is None else [each.value for each in production_formats]
    created = await connection.fetchval(
        *sql(
            "insert_client",
            name=name,
            token_sha256=token_sha256(token),
            projects=projects,
            production_formats=formats,
            details=details,
        )
    )
    return created is not None


async def list_clients(connection: Connection) -> list[Client]:
    """Return every client by name, including the revoked ones."""
    return [Client(**row) for row in await connection.fetch(*sql("client_list"))]


async def revoke_client(connection: Connection, name: str) -> datetime | None:
    """End a client's access; return since when it has ended, None if no client has the name."""
    revoked: datetime | None = await connection.fetchval(*sql("revoke_client", name=name))
    return revoked
