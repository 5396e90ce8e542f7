"""What the story of push is about: projects, their meters, and who may see them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.declared import DeclaredMeter, DeclaredProject
from gridfeed.domain.words import Integration
from gridfeed.storage import catalogue
from gridfeed.storage.clients import create_client
from gridfeed.storage.connect import Connection

METERS = 10
START = datetime(2026, 3, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)
#: Who sees everything; a project's own token is its name.
ALL = "all"
SOURCES = 4


@dataclass(frozen=True, slots=True)
class Follower:
    """A client to be: sees one project, by its token or by a filter, or everything.

    valued: it keeps the values, too, and compares them with REST at the end.
    """

    name: str
    token: str
    project: str | None
    valued: bool

    @property
    def parameters(self) -> dict[str, str]:
        """Return the stream's parameters."""
        filters = {"cds_productionproject_ids": self.project} if self.project else {}
        chosen = filters if self.token == ALL else {}
        return chosen | ({"include": "values"} if self.valued else {})


def project_names(count: int) -> list[str]:
    """Return the ids of the projects."""
    return [f"push-{number:03}" for number in range(count)]


def meter_names(project: str) -> list[str]:
    """Return the numbers of a project's meters."""
    return [f"{project}-{number}" for number in range(METERS)]


def followers(clients: int, projects: int) -> list[Follower]:
    """Return so many clients: one of each project keeps values, a few follow everything."""
    names = project_names(projects)
    everything = max(1, clients // 250)
    found = [Follower(f"all-{number}", ALL, None, valued=False) for number in range(everything)]
    for number in range(clients - everything):
        project = names[number % projects]
        token = ALL if number // projects % 2 else project
        found.append(Follower(f"{project}/{number}", token, project, number < projects))
    return found


async def declare(connection: Connection, projects: int) -> None:
    """Store projects, meters, tokens, and which source each meter comes from."""
    names = project_names(projects)
    await catalogue.apply(connection, [_declared(name) for name in names])
    await create_client(connection, ALL, ALL)
    for name in names:
        await create_client(connection, name, name, projects=[name])
    await connection.execute(
        "INSERT INTO ingest_source (source_id, stream, topic, kafka_partition, generation)"
        " OVERRIDING SYSTEM VALUE SELECT n, 'telemetry', 'push', n, 0"
        " FROM generate_series(1, $1) AS n",
        SOURCES,
    )
    await connection.execute(
        "INSERT INTO meter_source (meter_id, source_id)"
        " SELECT meter_id, 1 + meter_id % $1 FROM meter",
        SOURCES,
    )


def _declared(name: str) -> DeclaredProject:
    project = Project(
        cds_productionproject_id=name,
        tenant="default",
        name=name,
        timezone="UTC",
        interval_seconds=int(STEP.total_seconds()),
        interval_anchor_seconds=0,
    )
    meters = (
        DeclaredMeter(
            meter_number=number,
            capacity_kw=Decimal(100),
            integration=Integration.STEP,
            hold_limit_seconds=120,
        )
        for number in meter_names(name)
    )
    return DeclaredProject(project, tuple(meters))
