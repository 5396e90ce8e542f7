"""What holds the change feed up."""

from datetime import timedelta

from gridfeed.cli import session
from gridfeed.cli.checks.check import Check
from gridfeed.settings import Settings
from gridfeed.storage.statements import sql

#: Gridfeed's own transactions end within seconds.
LONGEST_TRANSACTION = timedelta(seconds=60)


async def look(settings: Settings) -> list[Check]:
    """Return the transactions that have stayed open: no change behind them is shown to readers."""
    async with session.connected(settings) as connection:
        rows = await connection.fetch(sql("open_transactions"), LONGEST_TRANSACTION)
    if not rows:
        return [Check("feed", "no transaction holds it up")]
    named = "; ".join(
        f"process {row['pid']} of {row['usename']} in {row['datname']}"
        f" ({row['application_name'] or 'no application name'}) for {row['seconds']} s"
        for row in rows
    )
    fix = (
        "End it where it was begun, or with SELECT pg_terminate_backend(PID):"
        " the feed, streams and webhooks wait for it."
    )
    return [Check("feed", f"open transactions hold it up: {named}", fix)]
