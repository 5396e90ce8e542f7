"""A process that publishes the feed whenever it is elected, and does nothing else."""

import asyncio

from gridfeed.settings import load
from stream.changes_out import ChangesOut


def main() -> None:
    """Run until it is killed."""
    asyncio.run(ChangesOut(load()).run_for_ever())
