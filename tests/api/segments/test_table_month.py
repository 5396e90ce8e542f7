"""A month of five-minute values of twenty meters: read as documented, and broken off midway."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from typing import Any

import httpx
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from api.segments.tables.encoders import ARROW, CSV, PARQUET
from api.server import build_app
from api.web.transport import room, streamed
from tests.api.application import SEGMENTS, settings_for
from tests.api.builders import Store
from tests.api.segments.table_plant import INTERVALS, publish_month
from tests.api.segments.table_rows import exact
from tests.api.served import served
from tests.documents import DOCS, steps
from tests.plain_http import PLAIN

pytestmark = pytest.mark.slow

EXAMPLES = [step.code for step in steps(DOCS / "tables.md") if step.language == "python"]
PATIENCE_SECONDS = 120
#: Sessions of the API inside a transaction: those that are reading a table.
READING = (
    "SELECT pid, state FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'gridfeed-api' AND xact_start IS NOT NULL"
)


@pytest.fixture(scope="module")
async def month(module_database_url: str) -> tuple[str, int]:
    """URL of a database with the month, and its energy in 10^-6 kWh."""
    async with Store(module_database_url) as store:
        return module_database_url, await publish_month(store)


@pytest.fixture
def base(month: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """URL of the served API, which may make two tables at once.

    Where the machine is slow, so are the clients: none is cut off for that.
    """
    monkeypatch.setattr(streamed, "STALLED_SECONDS", PATIENCE_SECONDS * 2)
    settings = settings_for(month[0], database_pool=4)
    with served(build_app(settings), settings) as url:
        yield url


@pytest.fixture
async def watcher(month: tuple[str, int]) -> AsyncIterator[Store]:
    """Somebody who looks at the database's sessions."""
    async with Store(month[0]) as store:
        yield store


@pytest.mark.parametrize("code", EXAMPLES, ids=["pandas-arrow", "pandas-parquet", "polars-arrow",
                                                "polars-parquet"])  # fmt: skip
def test_the_documented_lines_read_the_month(
    month: tuple[str, int], base: str, code: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("API", base)
    monkeypatch.setenv("GRIDFEED_TOKEN", "all")
    monkeypatch.setenv("no_proxy", "*")
    names: dict[str, Any] = {}
    exec(code, names)
    frame = names["month"]
    assert len(frame) == INTERVALS == 172_800
    assert isinstance(frame, pd.DataFrame if "pandas" in code else pl.DataFrame)
    assert frame["electric_usage"].sum() == -Decimal(month[1]).scaleb(-6)
    assert frame["electric_demand_peak"].sum() == -13 * Decimal(month[1]).scaleb(-6)
    assert "m19" in capsys.readouterr().out


def test_the_pages_say_the_same_sum(month: tuple[str, int], base: str) -> None:
    total, url = Decimal(0), f"{base}{SEGMENTS}"
    with httpx.Client(**PLAIN, timeout=60, headers={"Authorization": "Bearer all"}) as http:
        while url:
            page = exact(http.get(url).text)
            total += sum(row[0]["eu"] for each in page["usage_segments"] for row in each["values"])
            url = page["next"]
    assert total == -Decimal(month[1]).scaleb(-6)


@contextmanager
def asked(
    base: str, accept: str, token: str = "all", path: str = SEGMENTS
) -> Iterator[HTTPResponse]:
    """Send a request and give the answer, of which nothing more than its head was read."""
    connection = HTTPConnection(base.removeprefix("http://"), timeout=PATIENCE_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Accept": accept}
    connection.request("GET", path, headers=headers)
    try:
        yield connection.getresponse()
    finally:
        connection.close()


async def states(watcher: Store) -> list[str]:
    return [row["state"] for row in await watcher.execute(READING)]


async def wait_until(watcher: Store, expected: list[str]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await states(watcher) != expected:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)


async def test_a_slow_reader_of_a_table_holds_no_connection(base: str, watcher: Store) -> None:
    """Of 28 MB some are on their way; the rest waits in a file, and the session ends."""
    with asked(base, CSV) as answer:
        await wait_until(watcher, [])
        assert answer.read().count(b"\n") == INTERVALS + 1


async def test_a_table_larger_than_the_room_is_whole_for_who_takes_it_and_for_nobody_else(
    month: tuple[str, int], watcher: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """28 MB, of which 8 may be ahead; who does not take it holds its connection for a while."""
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 5.0)
    settings = settings_for(month[0], database_pool=4, table_spool_bytes=2**24)
    with served(build_app(settings), settings) as base:
        with asked(base, CSV) as answer:
            assert answer.read().count(b"\n") == INTERVALS + 1
        with asked(base, CSV) as answer:
            await wait_until(watcher, [])
            with pytest.raises(IncompleteRead):
                answer.read()


@pytest.mark.parametrize("accept", [CSV, ARROW, PARQUET])
async def test_a_client_that_goes_away_ends_its_query(
    base: str, watcher: Store, accept: str
) -> None:
    for _ in range(3):  # more than may be sent at once
        with asked(base, accept) as answer:
            assert answer.status == 200
            answer.read(1)
    await wait_until(watcher, [])
    with asked(base, accept) as answer:
        assert len(answer.read()) > 100_000


@pytest.mark.parametrize("accept", [CSV, ARROW])
async def test_what_fails_in_the_middle_is_no_complete_answer(
    base: str, watcher: Store, accept: str
) -> None:
    with asked(base, accept) as answer:
        await wait_until(watcher, ["idle in transaction"])
        (session,) = await watcher.execute(READING)
        await watcher.execute("SELECT pg_terminate_backend($1)", session["pid"])
        with pytest.raises(IncompleteRead):
            answer.read()
    with asked(base, accept) as answer:
        assert len(answer.read()) > 10_000_000


async def test_arrow_of_a_broken_answer_is_refused_by_its_reader(base: str, watcher: Store) -> None:
    with asked(base, ARROW) as answer:
        await wait_until(watcher, ["idle in transaction"])
        (session,) = await watcher.execute(READING)
        await watcher.execute("SELECT pg_terminate_backend($1)", session["pid"])
        with pytest.raises((IncompleteRead, pa.ArrowException, OSError)):
            pa.ipc.open_stream(answer).read_all()


async def test_who_takes_nothing_is_cut_off(
    base: str, watcher: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed, "STALLED_SECONDS", 0.5)
    with asked(base, CSV) as answer:
        await wait_until(watcher, [])
        with pytest.raises(IncompleteRead):
            answer.read()


async def test_slow_readers_of_tables_keep_nobody_else_from_asking(
    base: str, watcher: Store
) -> None:
    """Not even themselves, but for more tables; with a pool of four."""
    await watcher.client("other")
    with ExitStack() as held:
        four = [held.enter_context(asked(base, kind)) for kind in (CSV, ARROW, CSV, ARROW)]
        assert [answer.status for answer in four] == [200] * 4
        with asked(base, PARQUET) as fifth:
            assert (fifth.status, fifth.headers["Retry-After"]) == (429, "5")
            assert fifth.headers["Content-Type"] == "application/problem+json"
        for token, kind, path in (
            ("all", "application/json", SEGMENTS),
            ("other", PARQUET, SEGMENTS),
            ("other", "*/*", "/readyz"),
        ):
            with asked(base, kind, token, path) as answer:
                assert answer.status == 200
        assert [len(answer.read()) > 10_000_000 for answer in four] == [True] * 4
    with asked(base, PARQUET) as again:
        assert again.status == 200


def test_the_examples_are_four() -> None:
    assert len(EXAMPLES) == 4
    assert os.environ.get("GRIDFEED_TOKEN") is None
