"""Thins what is kept of open intervals once its detail is no longer news.

While an interval is open it is published every second, so its former values and its changes grow
with the seconds. After a while one value a minute and the newest change of each few minutes are
left: nothing that is final, no first change and no correction is touched, and every instant keeps
one value of every interval.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import asyncpg

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: Changes of the same intervals are merged if they were recorded within such a time.
SLICE = timedelta(minutes=10)
#: Rows that one statement writes, about. The feed waits for the transaction, so it must be short.
ROWS_AT_ONCE = 10_000


async def thin_open_versions(connection: Connection, before: datetime) -> int | None:
    """Thin the next slice of former open values replaced before the instant.

    Returns how many went; None: nothing is left to do. What is to be done is read first, and each
    statement that writes has a transaction of its own; the mark moves last. So a slice that was
    interrupted is thinned again, which changes nothing twice.
    """
    found = await connection.fetchrow(*sql("open_versions_to_thin", before=before, slice=SLICE))
    if found is None:
        return None
    since, until = found["since"], found["until"]
    ended = await connection.fetch(*sql("ended_open_intervals", since=since, before=until))
    removed = 0
    for some in _batches(ended):
        columns = {
            name: [interval[name] for interval in some]
            for name in ("meter_id", "production_format", "channel", "interval_start")
        }
        removed += await connection.fetchval(*sql("thin_open_versions", **columns, before=until))
    await connection.execute(*sql("note_thinned_open_versions", until=until))
    return removed


async def thin_changes(connection: Connection, before: datetime) -> int | None:
    """Thin the next whole SLICE of changes recorded before the instant, as `thin_open_versions`."""
    found = await connection.fetchrow(*sql("changes_to_thin", before=before, slice=SLICE))
    if found is None:
        return None
    since, until = found["since"], found["until"]
    newest = await connection.fetch(*sql("newest_open_changes", since=since, before=until))
    kept = [change["seq"] for change in newest]
    merged = [change["seq"] for change in newest if change["has_others"]]
    for first in range(0, len(merged), ROWS_AT_ONCE):
        some = merged[first : first + ROWS_AT_ONCE]
        await connection.execute(*sql("forget_differences", seqs=some, since=since, before=until))
    parts = 1 + found["rows"] // ROWS_AT_ONCE
    edges = [since + (until - since) * part / parts for part in range(parts)]
    removed = 0
    for begin, end in zip(edges, [*edges[1:], until], strict=True):
        status = await connection.execute(
            *sql("delete_open_changes", seqs=kept, since=begin, before=end)
        )
        removed += int(status.rsplit(" ", 1)[1])
    await connection.execute(*sql("note_thinned_changes", until=until))
    return removed


def _batches(ended: Sequence[asyncpg.Record]) -> Iterator[list[asyncpg.Record]]:
    """Yield the intervals in groups of about ROWS_AT_ONCE rows; at least one interval each."""
    batch: list[asyncpg.Record] = []
    rows = 0
    for interval in ended:
        batch.append(interval)
        rows += interval["rows"]
        if rows >= ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch
