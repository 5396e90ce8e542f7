"""Checks that the database role has the privileges that it needs."""

from collections.abc import Sequence

from cli import session
from cli.doctor.check import Check
from gridfeed.settings import Settings
from gridfeed.storage.privileges import Lack, how_to_mend, lacking_to_migrate, lacking_to_run

_NAME = "privileges"


async def look(settings: Settings, role: str, *, is_migrated: bool) -> list[Check]:
    """Return the privileges that the role lacks. Running needs fewer privileges than migrating."""
    async with session.connected(settings, migrated=False) as connection:
        to_migrate = await lacking_to_migrate(connection)
        to_run = await lacking_to_run(connection) if is_migrated else []
    if not is_migrated and to_migrate:
        return [_lacking(f"role {role} cannot run `gridfeed migrate`", to_migrate)]
    if to_run:
        return [_lacking(f"role {role} cannot run workers and API", to_run)]
    if to_migrate:
        seen = f"role {role} lacks only privileges that `gridfeed migrate` needs"
        return [Check(_NAME, seen, how_to_mend(to_migrate), is_note=True)]
    return [Check(_NAME, f"role {role} has every privilege that is needed")]


def _lacking(cannot: str, lacks: Sequence[Lack]) -> Check:
    what = "; ".join(lack.privilege for lack in lacks)
    return Check(_NAME, f"{cannot}; it lacks {what}", how_to_mend(lacks))
