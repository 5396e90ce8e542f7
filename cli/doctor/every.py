"""Runs all looks of `gridfeed doctor` at the same time."""

import asyncio
import os

from cli.doctor import api, database, environment, kafka
from cli.doctor.check import Check, reached
from gridfeed.settings import Settings


async def check_all(settings: Settings) -> list[Check]:
    """Return all checks. A service that cannot be reached is one problem, instead of its checks."""
    looks = await asyncio.gather(
        kafka.look(settings),
        database.look(settings),
        reached("api", api.look(settings), "GRIDFEED_API_URL"),
    )
    return [*environment.look(os.environ), *(check for checks in looks for check in checks)]
