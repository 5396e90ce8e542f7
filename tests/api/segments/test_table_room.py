"""Tables that wait for slow readers have one bound together, which no client takes alone."""

import re
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from api.segments.tables.encoders import CSV, PARQUET
from api.server import build_app
from api.web.metrics_of_all import Processes
from api.web.problems import ProblemError
from api.web.services import provided
from api.web.transport.room import Part, Room
from gridfeed.settings import load
from tests.api.application import Application, settings_for
from tests.api.builders import Store, utc
from tests.api.publisher import publish
from tests.api.segments.table_requests import ask

SETTING = "GRIDFEED_TABLE_SPOOL_BYTES"
MOST = 2**24


@pytest.fixture
async def api(store: Store, database_url: str) -> AsyncIterator[Application]:
    await store.project()
    await store.meter()
    await store.client()
    await store.client("other")
    await publish(store, utc("2026-03-02"), "2026-03-01", [1, 2, 3])
    async with Application(settings_for(database_url, table_spool_bytes=MOST)) as application:
        await application.wait_until_ready()
        yield application


async def test_without_room_a_table_is_refused_until_there_is_some_and_json_is_answered(
    api: Application,
) -> None:
    room = provided(api.app, Room)
    with room.part(101) as one, room.part(102) as another:
        for part in (one, another):
            await part.more(MOST // 2)
        refused = await ask(api, CSV)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert refused.headers["content-type"] == "application/problem+json"
        assert SETTING in refused.json()["detail"]
        assert (await ask(api, "application/json")).status_code == 200
        assert (await ask(api, PARQUET, method="HEAD")).status_code == 200
        metrics = (await api.get("/metrics")).text
    [taken] = re.findall(r"^gridfeed_api_table_spool_bytes (.+)$", metrics, re.MULTILINE)
    assert float(taken) == MOST
    assert "gridfeed_api_tables_without_room_total 1.0" in metrics
    assert (await ask(api, CSV)).status_code == 200


async def test_a_client_has_half_of_the_room_and_leaves_the_others_theirs() -> None:
    room = Room(1_000, CollectorRegistry())
    with room.part(1) as mine:
        await mine.more(500)
        assert not room.fits(1, 1)
        with pytest.raises(ProblemError, match=SETTING) as refused, room.part(1):
            pass
        assert (refused.value.status, "Retry-After" in refused.value.headers) == (429, True)
        with room.part(2) as others:
            await others.more(500)
    assert room.fits(1, 500)


async def test_what_a_table_had_is_free_for_others_when_it_ends() -> None:
    registry = CollectorRegistry()
    room = Room(1_000, registry)
    with room.part(1) as part:
        await part.more(400)
        part.less(100)
    assert b"gridfeed_api_table_spool_bytes 0.0" in generate_latest(registry)
    await Part(room, 1).more(500)


def test_processes_that_share_a_port_share_the_room() -> None:
    app = build_app(load(table_spool_bytes=MOST), processes=Processes(count=4))
    room = provided(app, Room)
    assert room.fits(1, MOST // 8)
    assert not room.fits(1, MOST // 8 + 1)
