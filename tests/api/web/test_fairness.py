"""One client costs the others nothing: how often, how much at once, and of the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from api.reading.database import Database
from api.web.access.admission import Admission
from api.web.access.connections import Connections
from api.web.access.rates import line_of
from api.web.services import provided
from tests.api.application import CHANGES, METERS, PROJECTS, SEGMENTS, Application, settings_for
from tests.api.builders import Store

CSV = "text/csv"
PATIENCE = 60.0


@pytest.fixture
async def plant(store: Store) -> Store:
    """A meter with a day of values, and two tokens that see it."""
    await store.project()
    await store.meter()
    await store.values("2026-03-01", range(12))
    await store.client()
    await store.client("other")
    return store


@asynccontextmanager
async def running(database_url: str, **settings: object) -> AsyncIterator[Application]:
    async with Application(settings_for(database_url, **settings)) as application:
        await application.wait_until_ready()
        yield application


@asynccontextmanager
async def values_locked(database_url: str) -> AsyncIterator[None]:
    """Let whoever reads values wait."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE interval_value IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


def too_many(answer: httpx.Response, word: str) -> None:
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1
    assert word in answer.json()["detail"]


@pytest.mark.parametrize("path", [PROJECTS, METERS, SEGMENTS, CHANGES, "/v1/webhooks"])
async def test_a_token_may_ask_so_often_in_a_minute_and_is_told_what_is_left(
    plant: Store, database_url: str, path: str
) -> None:
    async with running(database_url, requests_per_minute=4) as api:
        answers = [await api.get(path) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [429]
        left = [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers]
        assert left == [f'"client";r={number}' for number in (3, 2, 1, 0, 0)]
        assert answers[0].headers["RateLimit-Policy"] == '"client";q=4;w=60'
        too_many(answers[-1], "GRIDFEED_REQUESTS_PER_MINUTE")
        assert (await api.get(path, "other")).status_code == 200
        assert (await api.get("/healthz")).status_code == 200


async def test_an_unchanged_answer_counts_too(plant: Store, database_url: str) -> None:
    async with running(database_url, requests_per_minute=4) as api:
        tag = (await api.get(SEGMENTS)).headers["ETag"]
        headers = {"authorization": "Bearer all", "if-none-match": tag}
        answers = [await api.raw("GET", SEGMENTS, **headers) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [304, 304, 304, 429]


async def test_unknown_tokens_of_one_address_are_limited_and_nobody_else(
    plant: Store, database_url: str
) -> None:
    """Not those who were right before, nor others behind the same trusted proxy."""
    async with running(database_url, failed_tokens_per_minute=3, trusted_proxies="*") as api:

        async def ask(token: str, address: str, field: str = "x-forwarded-for") -> httpx.Response:
            headers = {"authorization": f"Bearer {token}", field: address}
            return await api.raw("GET", METERS, **headers)

        assert (await ask("all", "192.0.2.7")).status_code == 200
        tried = [await ask(f"wrong-{number}", "192.0.2.7") for number in range(4)]
        assert [answer.status_code for answer in tried] == [401, 401, 401, 429]
        too_many(tried[-1], "GRIDFEED_FAILED_TOKENS_PER_MINUTE")
        api.now += 3600  # what is remembered of tokens has to be asked for again
        assert (await ask("all", "192.0.2.7")).status_code == 200
        assert (await ask("wrong", "192.0.2.8, 192.0.2.9")).status_code == 401
        forwarded = await ask("wrong", "for=192.0.2.7", "forwarded")
        assert forwarded.status_code == 429


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_address_is_counted_with_its_network(address: str, line: str) -> None:
    assert line_of(address) == line


async def test_a_client_has_so_many_requests_under_way(plant: Store, database_url: str) -> None:
    async with running(database_url, requests_per_client=2) as api:
        async with values_locked(database_url):
            waiting = [asyncio.create_task(api.get(SEGMENTS)) for _ in range(2)]
            await until(lambda: all_under_way(api, 2))
            too_many(await api.get(METERS), "GRIDFEED_REQUESTS_PER_CLIENT")
            assert (await api.get(METERS, "other")).status_code == 200
            assert (await api.get(CHANGES)).status_code == 200
        assert [each.status_code for each in await asyncio.gather(*waiting)] == [200, 200]
        assert (await api.get(METERS)).status_code == 200


@pytest.mark.parametrize("pool", [4, 8])
async def test_a_client_whose_requests_wait_leaves_the_others_connections(
    plant: Store, database_url: str, pool: int
) -> None:
    """Health, authentication and the feed have theirs, too."""
    async with running(database_url, database_pool=pool) as api:
        async with values_locked(database_url):
            waiting = [asyncio.create_task(api.get(SEGMENTS)) for _ in range(24)]
            await until(lambda: all_under_way(api, 24))
            assert (await api.get("/readyz")).status_code == 200
            assert (await api.get("/.well-known/cds-server-metadata.json")).status_code == 200
            for path in (METERS, PROJECTS, CHANGES):
                assert (await api.get(path, "other")).status_code == 200
        assert {each.status_code for each in await asyncio.gather(*waiting)} == {200}


async def test_who_asks_for_readiness_again_and_again_keeps_no_token_waiting(
    plant: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It needs no token, and takes the connection that tokens are looked up with."""
    async with running(database_url) as api:
        database, looks = provided(api.app, Database), []
        missing = database.missing

        async def counted() -> list[str]:
            looks.append(1)
            return await missing()

        monkeypatch.setattr(database, "missing", counted)
        answers = await asyncio.gather(*(api.get("/readyz", None) for _ in range(300)))
        assert {answer.status_code for answer in answers} == {200}
        assert len(looks) < 10


async def test_a_client_has_so_many_tables_under_way(plant: Store, database_url: str) -> None:
    async with running(database_url, tables_per_client=1) as api:
        async with values_locked(database_url):
            first = asyncio.create_task(table(api, "all"))
            await until(lambda: all_under_way(api, 1))
            await asyncio.sleep(0.5)
            too_many(await table(api, "all"), "GRIDFEED_TABLES_PER_CLIENT")
            others = asyncio.create_task(table(api, "other"))
        assert (await first).status_code == 200
        assert (await others).status_code == 200
        assert (await table(api, "all")).status_code == 200


async def test_a_client_has_so_many_long_polls(plant: Store, database_url: str) -> None:
    async with running(database_url, streams_per_client=1) as api:
        after = (await api.get(CHANGES)).json()["next"]
        waiting = asyncio.create_task(api.get(CHANGES, after=after, wait=20))
        await until(lambda: bool(provided(api.app, Connections)._polls))
        too_many(await api.get(CHANGES, after=after, wait=20), "GRIDFEED_STREAMS_PER_CLIENT")
        assert (await api.get(CHANGES, after=after)).status_code == 200
        await plant.change()
        assert len((await waiting).json()["changes"]) == 1
        assert (await api.get(CHANGES, after=after, wait=1)).status_code == 200


def all_under_way(api: Application, number: int) -> bool:
    return sum(provided(api.app, Admission)._at_once._counts.values()) == number


async def table(api: Application, token: str) -> httpx.Response:
    return await api.raw("GET", SEGMENTS, authorization=f"Bearer {token}", accept=CSV)


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what it awaits has no event
            await asyncio.sleep(0.02)
