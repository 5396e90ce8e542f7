"""Finds what holds up the change feed: transactions that have written and stay open."""

from dataclasses import dataclass
from datetime import timedelta

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: Gridfeed's own transactions end within seconds.
LONGEST_TRANSACTION = timedelta(seconds=60)
HOW_TO_END = (
    "End the transaction in its program, or with SELECT pg_terminate_backend(PID):"
    " the feed, streams and webhooks wait for it."
)


@dataclass(frozen=True, slots=True)
class Holder:
    """A transaction; `words` names its process, role, database and program."""

    words: str
    seconds: int

    @property
    def warning(self) -> str:
        """Return the warning that readiness shows."""
        return f"the feed waits for {self.words}. {HOW_TO_END}"


async def holders(connection: Connection) -> list[Holder]:
    """Return the transactions that the feed waits for, the oldest first, at most five.

    Transactions of other roles are visible only with the privilege pg_read_all_stats.
    """
    rows = await connection.fetch(*sql("open_transactions", longer_than=LONGEST_TRANSACTION))
    return [Holder(_words(**row), row["seconds"]) for row in rows]


def _words(pid: int, datname: str, usename: str, application_name: str, seconds: int) -> str:
    program = application_name or "no application name"
    return f"process {pid} of {usename} in {datname} ({program}) for {seconds} s"
