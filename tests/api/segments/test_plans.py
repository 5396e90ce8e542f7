"""A statement is planned once for a connection, however long it is, and once more for the past.

The state of a table is planned for its arguments each time.
"""

from datetime import datetime

import pytest

from api.reading.database import Database
from api.reading.session import Grant
from api.segments import pages as segments
from api.segments.filters import SegmentFilters
from api.segments.tables.selection import Selection
from api.web.services import provided
from gridfeed.domain.words import ProductionFormat
from gridfeed.storage.statements import statement
from tests.api.application import Application
from tests.api.builders import Store, utc

pytestmark = pytest.mark.embedded

DAY = SegmentFilters(
    after=utc("2026-03-01 01:00"),
    before=utc("2026-03-01 23:00"),
    meter_numbers=("m",),
    production_formats=(ProductionFormat.SCADA,),
)
PREPARED = "SELECT statement, generic_plans + custom_plans AS runs FROM pg_prepared_statements"


@pytest.mark.parametrize("turns", [1, 3])
async def test_pages_of_now_and_of_then_keep_a_prepared_statement_each(
    store: Store, api: Application, turns: int
) -> None:
    await store.project()
    await store.meter()
    await store.values("2026-03-01", [1, 2, 3])
    database = provided(api.app, Database)

    async def ask(as_of: datetime | None) -> dict[str, int]:
        async with database.granted(Grant(1, "all"), as_of) as session:
            await segments.page(session, DAY, None)
            rows = await session._connection.fetch(PREPARED)
        return {row["statement"]: row["runs"] for row in rows}

    # One request at a time: the pool gives the connection that came back last.
    for _ in range(turns):
        for as_of in (None, utc("2026-03-02")):
            runs = await ask(as_of)
    page = statement("api.segments", "segment_page").text
    assert {text: count for text, count in runs.items() if text.startswith(page)} == {
        page: turns,
        f"{page}-- as of\n": turns,
    }


PLANS = "SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements"


async def test_the_state_of_each_table_is_found_with_a_plan_for_its_meters(
    store: Store, api: Application
) -> None:
    """One plan for all arguments, as there is from the sixth time on, reads that time of all."""
    await store.project()
    await store.meter()
    await store.values("2026-03-01", [1, 2, 3])
    database, modes = provided(api.app, Database), set()
    for _ in range(8):
        async with database.granted(Grant(1, "all")) as session, session.one_snapshot():
            before = await session._connection.fetchval("SHOW plan_cache_mode")
            selection = await Selection.of(session, DAY)
            assert await selection.state()
            modes.add((before, await session._connection.fetchval("SHOW plan_cache_mode")))
            rows = await session._connection.fetch(PLANS)
    plans = {row["statement"]: (row["generic_plans"], row["custom_plans"]) for row in rows}
    assert plans[statement("api.segments", "selection_state").text] == (0, 8)
    assert {before == after for before, after in modes} == {True}
