"""Tables of usage segments over HTTP: the whole selection, of one instant, within a limit."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pyarrow.parquet as pq
import pytest

from api.segments import pages as segments
from api.segments.tables.encoders import ARROW, CSV, PARQUET
from tests.api.application import SEGMENTS, Application, settings_for
from tests.api.builders import FORECASTS, Store, utc
from tests.api.publisher import publish
from tests.api.segments.table_requests import ask, energies, rows
from tests.api.segments.table_rows import MEDIA_TYPES, assert_same, exact, of_json, rows_of

JSON = "application/json"


@pytest.fixture(scope="module")
async def seeded(seeded_database_url: str) -> AsyncIterator[Application]:
    """Values of every kind: telemetry of two channels, settlement, forecasts, shares, registers."""
    async with Application(settings_for(seeded_database_url)) as application:
        await application.wait_until_ready()
        yield application


@pytest.fixture
async def plant(store: Store, api: Application) -> Store:
    """A day of three values."""
    await store.project()
    await store.meter()
    await store.client()
    await publish(store, utc("2026-03-02"), "2026-03-01", [1, 2, 3])
    return store


@pytest.mark.embedded
@pytest.mark.parametrize("accept", MEDIA_TYPES)
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"reading_validities": "contracted"},
        {"production_formats": "settlement forecast_day_ahead"},
        {"as_of": "2026-03-02T09:00:00Z"},
        {"cds_usagesegment_ids": "serf-east-1:settlement:2026-03-01:900"},
        {"interval": "3600"},
        {"token": "forecasts"},
    ],
)
async def test_a_table_says_what_the_pages_say(
    seeded: Application, accept: str, parameters: dict[str, str]
) -> None:
    document = exact((await ask(seeded, JSON, **parameters)).text)
    assert document["next"] is None
    expected = of_json(document["usage_segments"])
    assert expected
    assert_same(await rows(seeded, accept, **parameters), expected)


async def test_a_table_holds_more_segments_than_a_page(store: Store, api: Application) -> None:
    await store.project()
    await store.client()
    for n in range(7):
        await store.meter(f"m{n}")
        for day in range(1, 31):
            await store.value(f"2026-03-{day:02}", day, meter=f"m{n}")
    assert len([each async for each in api.pages(SEGMENTS)]) == 3
    found = await rows(api)
    assert sum(row["electric_usage"] for row in found) == -7 * sum(range(1, 31))
    assert len({row["cds_usagesegment_id"] for row in found}) == len(found) == 210


@pytest.mark.parametrize(
    ("accept", "name"),
    [(CSV, "usage-segments.csv"), (ARROW, "usage-segments.arrows"),
     (PARQUET, "usage-segments.parquet")],
)  # fmt: skip
async def test_the_headers_of_a_table(
    plant: Store, api: Application, accept: str, name: str
) -> None:
    answer = await ask(api, accept)
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "private, no-cache"
    assert {"Authorization", "Accept"} <= set(answer.headers["vary"].split(", "))
    head = await ask(api, accept, method="HEAD")
    assert head.content == b""
    names = ("content-type", "content-disposition", "cache-control", "etag")
    assert [head.headers[each] for each in names] == [answer.headers[each] for each in names]
    assert "content-length" not in head.headers


async def test_head_is_never_taken_for_the_table(plant: Store, api: Application) -> None:
    for _ in range(3):
        assert (await ask(api, CSV, method="HEAD")).content == b""
    for _ in range(3):
        assert len(await rows(api, CSV)) == 3


async def test_csv_and_arrow_are_compressed_on_the_way_and_parquet_is_inside(
    plant: Store, api: Application
) -> None:
    for accept in MEDIA_TYPES:
        answer = await api.raw(
            "GET", SEGMENTS, authorization="Bearer all", accept=accept,
            **{"accept-encoding": "gzip"},
        )  # fmt: skip
        encoding = answer.headers.get("content-encoding")
        assert encoding == (None if accept == PARQUET else "gzip")
        assert len(rows_of(accept, answer.content)) == 3
    file = pq.ParquetFile(BytesIO(answer.content))
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize("accept", MEDIA_TYPES)
async def test_an_unchanged_table_is_304(plant: Store, api: Application, accept: str) -> None:
    tag = (await ask(api, accept)).headers["etag"]
    for method in ("GET", "HEAD"):
        unchanged = await ask(api, accept, tag=tag, method=method)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == tag
        assert "Accept-Encoding" in unchanged.headers["vary"]
    assert (await ask(api, JSON, tag=tag)).status_code == 200, (
        "another media type is another answer"
    )
    await publish(plant, utc("2026-03-03"), "2026-03-01", [9])
    changed = await ask(api, accept, tag=tag)
    assert changed.status_code == 200
    assert rows_of(accept, changed.content)[0]["electric_usage"] == Decimal(-9)
    assert changed.headers["etag"] != tag


async def test_what_is_published_elsewhere_leaves_a_table_unchanged(
    plant: Store, api: Application
) -> None:
    asked = {"meter_numbers": "m", "before": "2026-03-01T12:00:00Z"}
    tag = (await ask(api, PARQUET, **asked)).headers["etag"]
    await plant.meter("other")
    tag = (await ask(api, PARQUET, **asked)).headers["etag"]
    await publish(plant, utc("2026-03-03"), "2026-03-01", [9], meter="other")
    await publish(plant, utc("2026-03-03"), "2026-03-09", [9])
    assert (await ask(api, PARQUET, tag=tag, **asked)).status_code == 304


async def test_a_declaration_makes_another_table(plant: Store, api: Application) -> None:
    tag = (await ask(api, PARQUET)).headers["etag"]
    await plant.execute("UPDATE project SET units = 'MWh'")
    await plant.execute("UPDATE catalogue_version SET version = version + 1")
    changed = await ask(api, PARQUET, tag=tag)
    assert changed.status_code == 200
    assert rows_of(PARQUET, changed.content)[0]["electric_usage"] == Decimal("-0.001")


async def test_the_tag_is_the_grants_own(plant: Store, api: Application) -> None:
    await plant.client("few", production_formats=["settlement"])
    tag = (await ask(api, CSV)).headers["etag"]
    other = await ask(api, CSV, token="few", tag=tag)
    assert (other.status_code, rows_of(CSV, other.content)) == (200, [])


@pytest.mark.parametrize("accept", MEDIA_TYPES)
async def test_a_cursor_is_refused_because_a_table_is_whole(
    seeded: Application, accept: str
) -> None:
    cursor = "WzAsMTc3MjMyMzIwMDAwMDAwMCwiIiwiIiwwLDAsIiJd"
    assert (await ask(seeded, JSON, cursor=cursor)).status_code == 200
    answer = await ask(seeded, accept, cursor=cursor)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == "cursor"


@pytest.mark.parametrize("accept", MEDIA_TYPES)
async def test_bad_input_gets_a_problem_and_no_table(seeded: Application, accept: str) -> None:
    range_ = {"after": "2026-03-02T00:00:00Z", "before": "2026-03-01T00:00:00Z"}
    for parameters, at_fault in (
        (range_, "before"),
        ({"after": "yesterday"}, "after"),
        ({"as_of": "2999-01-01T00:00:00Z"}, "as_of"),
        ({"cursor": "x"}, "cursor"),
        ({"interval": "7"}, "interval"),
    ):
        answer = await ask(seeded, accept, **parameters)
        assert (answer.status_code, answer.json()["parameter"]) == (400, at_fault)
    assert (await ask(seeded, accept, token="")).status_code == 401
    assert (await ask(seeded, f"{accept};q=0")).status_code == 406
    assert await rows(seeded, accept, meter_numbers="unknown") == []
    assert await rows(seeded, accept, production_formats="scoda") == []


@pytest.mark.embedded
async def test_a_table_is_of_one_instant(
    plant: Store, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two of its pages a value of the second is corrected: it is not in the table."""
    for n in range(101):
        await plant.value(utc("2026-04-01") + timedelta(days=n), 1)
    read, seen = segments.page, []

    async def then_corrected(*arguments: Any) -> Any:
        page = await read(*arguments)
        if not seen:
            statement = "UPDATE interval_value SET energy_microkwh = 7000000"
            await plant.execute(statement)
        seen.append(page)
        return page

    monkeypatch.setattr(segments, "page", then_corrected)
    found = await energies(api)
    assert len(seen) == 2
    assert set(found) == {-1, -2, -3}


async def test_forecasts_have_no_quality_and_their_issue(seeded: Application) -> None:
    found = await rows(seeded, production_formats=" ".join(FORECASTS))
    assert {row["quality"] for row in found} == {None}
    assert all(row["issued_at"] for row in found)
    assert {row["issued_at"] for row in await rows(seeded, production_formats="scada")} == {None}
