"""A fleet with years of values: projects under contract, stored as they stand after each day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cli.bench.load import INTERVAL_SECONDS
from cli.bench.place import Connection, sql
from cli.proof.declaration import simulated_project
from gridfeed.storage import catalogue
from gridfeed.storage.clients import create_client
from gridfeed.storage.migrate import migrate

TOKEN = "bench"  # noqa: S105 - for a database that lives only as long as the run
#: Meters of a project. A selection of `bench ranges` has as many.
GROUP = 20
#: Values are stored in parts of at most this many days, and of about this many meter-days.
PART_DAYS, PART_METER_DAYS = 14, 14_000


@dataclass(frozen=True, slots=True)
class Fleet:
    """Meters in projects of `group` meters, with values of `days` whole days (UTC) until today."""

    meters: int
    days: int
    group: int
    now: datetime

    @property
    def end(self) -> datetime:
        """Return the midnight, in UTC, at which the values end."""
        return self.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def first(self) -> datetime:
        """Return the midnight at which the values begin."""
        return self.end - timedelta(days=self.days)

    def projects(self) -> list[str]:
        """Return the ids of the projects."""
        return [f"bench{number}" for number in range(-(-self.meters // self.group))]

    def groups(self) -> Iterator[list[str]]:
        """Yield the meters of each project."""
        for place, project in enumerate(self.projects()):
            size = min(self.group, self.meters - place * self.group)
            yield [f"{project}-{number + 1:05d}" for number in range(size)]


async def seed(
    connection: Connection, fleet: Fleet, say: Callable[[str], None]
) -> dict[str, object]:
    """Declare the fleet, store its values and return what is stored now."""
    await migrate(connection)
    declared = [
        simulated_project(project, len(meters), INTERVAL_SECONDS, 1.0)
        for project, meters in zip(fleet.projects(), fleet.groups(), strict=True)
    ]
    await catalogue.apply(connection, declared)
    await connection.execute(*sql("seed_contracts"))
    await create_client(connection, TOKEN, TOKEN)
    part = timedelta(days=max(1, min(PART_DAYS, PART_METER_DAYS // fleet.meters)))
    first = fleet.first
    while first < fleet.end:
        last = min(first + part, fleet.end)
        await connection.execute(*sql("seed_values", first=first, last=last), timeout=600)
        say(f"stored until {last.date()}")
        first = last
    await connection.execute("VACUUM ANALYZE")
    facts = await connection.fetchrow(*sql("seeded"))
    assert facts is not None
    return {"meters": fleet.meters, "days": fleet.days, **facts}
