"""Checks for transactions that delay the change feed."""

from cli import session
from cli.doctor.check import Check
from gridfeed.settings import Settings
from gridfeed.storage.held import HOW_TO_END, holders


async def look(settings: Settings) -> list[Check]:
    """Return the transactions that are open for long: readers get no change made after them."""
    async with session.connected(settings) as connection:
        found = await holders(connection)
    if not found:
        return [Check("feed", "no transaction delays the feed")]
    named = "; ".join(each.words for each in found)
    return [Check("feed", f"open transactions delay the feed: {named}", HOW_TO_END)]
