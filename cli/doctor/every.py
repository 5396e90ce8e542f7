"""Every look of `gridfeed doctor`, side by side."""

import asyncio
import os

from cli.doctor import api, database, environment, kafka
from cli.doctor.check import Check, reached
from gridfeed.settings import Settings


async def check_all(settings: Settings) -> list[Check]:
    """Return every check; what cannot be reached is one problem and hides what lies behind it."""
    looks = await asyncio.gather(
        kafka.look(settings),
        database.look(settings),
        reached("api", api.look(settings), "GRIDFEED_API_URL"),
    )
    return [*environment.look(os.environ), *(check for checks in looks for check in checks)]
