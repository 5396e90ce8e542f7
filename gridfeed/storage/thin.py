"""Thins what is kept of open intervals once its detail is no longer news.

While an interval is open it is published every second, so its former values and its changes grow
with the seconds. After a while one value a minute and the newest change of each few minutes are
left: nothing that is final, no first change and no correction is touched, and every instant keeps
one value of every interval.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: Changes of the same intervals are merged if they were recorded within such a time.
SLICE = timedelta(minutes=10)
#: Rows that one statement looks at, about; few enough to take seconds.
ROWS_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class Thinning:
    """The statements that thin one table: what is left to do, the step, and the mark after it."""

    to_do: str
    step: str
    note: str


OPEN_VERSIONS = Thinning(
    "open_versions_to_thin", "thin_open_versions", "note_thinned_open_versions"
)
CHANGES = Thinning("changes_to_thin", "thin_changes", "note_thinned_changes")


async def thin(connection: Connection, table: Thinning, before: datetime) -> int | None:
    """Thin the next slice of a table's rows older than the instant; return how many rows went.

    None: nothing is left to do. Each statement has a transaction of its own; the mark moves last,
    so a slice that was interrupted is thinned again, which changes nothing twice.
    """
    slice_ = await connection.fetchrow(*sql(table.to_do, before=before, slice=SLICE))
    if slice_ is None:
        return None
    parts = 1 + slice_["rows"] // ROWS_AT_ONCE
    removed = 0
    for part in range(parts):
        step = sql(
            table.step, since=slice_["since"], before=slice_["until"], parts=parts, part=part
        )
        removed += await connection.fetchval(*step)
    await connection.execute(*sql(table.note, until=slice_["until"]))
    return removed
