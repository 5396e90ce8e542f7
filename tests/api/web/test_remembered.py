"""Answers are given again as long as nothing was committed since, and never a moment longer."""

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.reading.database import Database
from api.reading.session import Grant, Session
from api.web.services import provided
from api.web.transport.remembered import ONCE, Answers, Key, Remembered, Since
from tests.api.application import SEGMENTS, TELEMETRY, Application
from tests.api.builders import Store, utc

HOUR = "meter_number=m&start=2026-03-01T00:00:00Z&end=2026-03-01T01:00:00Z"
PATHS = [SEGMENTS, f"{TELEMETRY}?{HOUR}", f"/v1/series?{HOUR}"]


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project()
    await store.meter()
    await store.client()
    await store.values("2026-03-01", [1, 2, 3])
    await store.block("2026-03-01", [(0, 1)])
    await store.change()
    return store


async def correct(store: Store, energy: int) -> None:
    """Publish another energy of every interval, as the writer does: in one transaction."""
    await store.execute(
        "WITH new AS (UPDATE interval_value SET energy_microkwh = $1)"
        " INSERT INTO change (kind, meter_id, production_format, channel, interval_from,"
        " interval_to, interval_seconds) SELECT 'UPDATED', meter_id, 'scada', 'GROSS', $2, $3, 300"
        " FROM meter", energy * 1_000_000, utc("2026-03-01"), utc("2026-03-01 00:05"),
    )  # fmt: skip


async def ask(
    api: Application, path: str = SEGMENTS, token: str = "all", **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return await api.raw("GET", path, authorization=f"Bearer {token}", **named)


def energy_of(answer: httpx.Response) -> int:
    (segment,) = answer.json()["usage_segments"]
    return -int(segment["values"][0][0]["eu"])


async def remembered(api: Application, path: str = SEGMENTS, token: str = "all") -> httpx.Response:
    """Ask until the answer is remembered: the token is known, the URL was asked for before."""
    return [await ask(api, path, token) for _ in range(4)][-1]


@pytest.fixture
def sessions(api: Application) -> Iterator[list[Grant]]:
    """The grants that the database was opened with, in turn."""
    opened: list[Grant] = []
    database = provided(api.app, Database)
    granted = database.granted

    @asynccontextmanager
    async def noted(grant: Grant, *arguments: Any) -> Any:
        opened.append(grant)
        async with granted(grant, *arguments) as session:
            assert isinstance(session, Session)
            yield session

    database.granted = noted
    yield opened
    del database.granted


def _lasting(answer: httpx.Response) -> dict[str, str]:
    """Return the headers but for how the client stands now."""
    return {name: text for name, text in answer.headers.items() if name != "ratelimit"}


@pytest.mark.parametrize("path", PATHS)
async def test_an_answer_is_given_again_byte_for_byte_without_being_made_again(
    plant: Store, api: Application, sessions: list[Grant], path: str
) -> None:
    first = await ask(api, path)
    again: list[httpx.Response] = []
    # Other databases of the server share its transactions; each that ends has the answer made anew.
    while len(again) < 3:
        made = len(sessions)
        answer = await ask(api, path)
        if len(sessions) == made:
            again.append(answer)
    for each in again:
        assert (each.status_code, each.content) == (200, first.content)
        assert _lasting(each) == _lasting(first)


async def test_what_is_asked_for_once_alone_is_not_remembered(
    plant: Store, api: Application, sessions: list[Grant]
) -> None:
    await ask(api)
    for n in range(3):
        await ask(api, f"{SEGMENTS}?unknown={n}")
    await ask(api, f"{SEGMENTS}?unknown=0")
    assert len(sessions) == 5


async def test_a_committed_change_is_seen_at_once(plant: Store, api: Application) -> None:
    for energy in range(4, 10):
        await remembered(api)
        await correct(plant, energy)
        assert energy_of(await ask(api)) == energy


async def test_no_answer_is_older_than_its_asking_while_a_writer_commits(
    plant: Store, api: Application, database_url: str
) -> None:
    """The reader notes what was committed before it asks; an answer never says less."""
    committed, stop = [3], asyncio.Event()

    async def write() -> None:
        async with Store(database_url) as writer:
            while not stop.is_set():
                await asyncio.sleep(0.004)
                await correct(writer, committed[0] + 1)
                committed[0] += 1

    await correct(plant, 3)
    writer = asyncio.create_task(write())
    try:
        for _ in range(150):
            before = committed[0]
            energies = {energy_of(each) for each in await api.together([(SEGMENTS, "all")] * 4)}
            assert min(energies) >= before
    finally:
        stop.set()
        await writer
    assert committed[0] > 20
    assert energy_of(await ask(api)) == committed[0]


async def test_a_watermark_that_moves_is_told(plant: Store, api: Application) -> None:
    source = await plant.source("telemetry", utc("2026-03-02"))
    await remembered(api)
    await plant.execute(
        "UPDATE ingest_source SET synced_at = $1 WHERE source_id = $2", utc("2026-03-03"), source
    )
    (segment,) = (await ask(api)).json()["usage_segments"]
    assert segment["cds_synced"] == "2026-03-03T00:00:00Z"


async def test_rows_that_no_change_tells_of_are_seen(plant: Store, api: Application) -> None:
    path = f"{TELEMETRY}?{HOUR}"
    before = (await remembered(api, path)).json()
    await plant.block("2026-03-01 00:05", [(0, 2)])
    assert (await ask(api, path)).json() != before


async def test_a_declaration_is_seen_at_once(plant: Store, api: Application) -> None:
    await remembered(api)
    await plant.execute("UPDATE project SET units = 'MWh'")
    assert "0.001000000" in (await ask(api)).text


async def test_nobody_is_given_what_another_grant_shows(
    plant: Store, api: Application, sessions: list[Grant]
) -> None:
    await plant.project("q")
    await plant.client("p-only", projects=["p"])
    await plant.client("q-only", projects=["q"])
    await plant.client("forecasts", production_formats=["forecast_day_ahead"])
    assert (await remembered(api)).json()["usage_segments"]
    for token in ("q-only", "forecasts"):
        assert (await remembered(api, token=token)).json()["usage_segments"] == []
    assert (await remembered(api, token="p-only")).json() == (await ask(api)).json()
    assert {grant.name for grant in sessions} == {"all", "p-only", "q-only", "forecasts"}


async def test_a_grant_that_was_narrowed_counts_as_soon_as_the_token_is_looked_up_again(
    plant: Store, api: Application
) -> None:
    await remembered(api)
    await plant.execute("UPDATE client SET production_formats = '{settlement}'")
    api.now += 6
    assert (await ask(api)).json()["usage_segments"] == []


async def test_a_revoked_token_gets_nothing_from_memory(plant: Store, api: Application) -> None:
    await remembered(api)
    await plant.execute("UPDATE client SET revoked_at = clock_timestamp()")
    api.now += 6
    assert (await ask(api)).status_code == 401


async def test_media_type_and_host_have_answers_of_their_own(
    plant: Store, api: Application
) -> None:
    for day in range(1, 102):
        await plant.value(utc("2026-03-01") + timedelta(days=day), 1)
    for host in ("one.test", "two.test", "one.test", "two.test"):
        for _ in range(3):
            assert (await ask(api, host=host)).json()["next"].startswith(f"http://{host}/")
    series = f"/v1/series?{HOUR}"
    await remembered(api, series)
    table = await ask(api, series, accept="text/csv")
    assert table.headers["content-type"].startswith("text/csv")


async def test_the_database_being_away_is_told_although_the_answer_is_remembered(
    plant: Store, api: Application
) -> None:
    await remembered(api)
    await provided(api.app, Database).close()
    assert (await ask(api)).status_code == 503


async def test_a_compressed_answer_comes_from_memory_too(plant: Store, api: Application) -> None:
    await plant.values("2026-03-02", range(288))
    plain = await remembered(api)
    packed = await ask(api, accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert "content-encoding" not in (await ask(api, accept_encoding="identity")).headers


GRANT = Grant(1, "all")


def key(n: int) -> Key:
    return (GRANT, "http", "h", SEGMENTS, f"n={n:06}".encode(), None)


def answer(body: bytes) -> Remembered:
    return Remembered(Since("1", "1"), "tag", [], [], body, None)


def test_more_than_the_limit_is_never_held_and_the_longest_unused_goes_first() -> None:
    answers = Answers(most_bytes=10 * 2_100)
    for n in range(9):
        answers.keep(key(n), answer(b"x" * 1_000))
    assert answers.get(key(0)) is not None  # used, so 1 is the longest unused
    answers.keep(key(9), answer(b"x" * 1_000))
    answers.keep(key(10), answer(b"x" * 1_000))
    held = [n for n in range(11) if answers.get(key(n))]
    assert held == [0, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    answers.keep(key(11), answer(b"x" * 15_000))
    assert sum(answers.get(key(n)) is not None for n in range(12)) == 3


def test_an_answer_that_is_kept_again_counts_once() -> None:
    answers = Answers(most_bytes=5_000)
    answers.keep(key(1), answer(b"x" * 1_000))
    for _ in range(100):
        answers.keep(key(2), answer(b"x" * 1_000))
    assert answers.get(key(1)) is not None


def test_the_second_time_is_not_the_first() -> None:
    answers = Answers()
    assert [answers.is_first(key(1)) for _ in range(2)] == [True, False]
    for n in range(ONCE + 1):
        answers.is_first(key(n + 10))
    answers.is_first(key(2))
    assert answers.is_first(key(10)) is True  # forgotten: too many came after it
    assert answers.is_first(key(2)) is False
