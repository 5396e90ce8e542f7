"""How large a table may be: known before any of it is read."""

from collections.abc import AsyncIterator

import pytest

from api.segments.tables.encoders import ARROW, CSV, PARQUET
from tests.api.application import Application, settings_for
from tests.api.builders import Store, utc
from tests.api.customer_builder import account, contract, install, point
from tests.api.publisher import publish
from tests.api.segments.table_requests import ask, energies

JSON = "application/json"


@pytest.fixture
async def plant(store: Store) -> Store:
    """A day of three values."""
    await store.project()
    await store.meter()
    await store.client()
    await publish(store, utc("2026-03-02"), "2026-03-01", [1, 2, 3])
    return store


@pytest.fixture
async def small(database_url: str) -> AsyncIterator[Application]:
    """At most 1,000 values a table: three days of five minutes and a little."""
    async with Application(settings_for(database_url, table_values=1000)) as application:
        await application.wait_until_ready()
        yield application


async def test_a_selection_that_may_be_too_large_is_refused_before_it_is_read(
    plant: Store, small: Application
) -> None:
    """One value a day, but each day may have 288."""
    for day in range(2, 10):
        await publish(plant, utc("2026-03-20"), f"2026-03-{day:02}", [day])
    answer = await ask(small, PARQUET)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["parameter"] == "before"
    for word in ("1,000", "GRIDFEED_TABLE_VALUES", "after", "meter_numbers", problem["parameter"]):
        assert word in problem["detail"]
    assert (await ask(small, JSON)).status_code == 200


@pytest.fixture
async def many(plant: Store) -> Store:
    """Nine days of one meter and one day of another, in two formats and two projects."""
    for day in range(2, 10):
        await publish(plant, utc("2026-03-20"), f"2026-03-{day:02}", [day])
    await publish(plant, utc("2026-03-25"), "2026-03-08", [80])
    await plant.meter("other")
    await publish(plant, utc("2026-03-20"), "2026-03-01", [50], meter="other")
    await publish(
        plant, utc("2026-03-20"), "2026-03-01", [60], production_format="settlement",
        interval_seconds=900, settlement_version=0, quality="raw",
    )  # fmt: skip
    await plant.project("q")
    await plant.move("q", utc("2026-03-09"))
    await account(plant, "sun")
    await contract(plant, "ppa", "q", "sun", contract_number="PPA-7")
    await point(plant, "roof")
    await install(plant, "other", "roof")
    return plant


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"before": "2026-03-01T00:00:00Z", "meter_numbers": "m"}, [-1, -2, -3, -60]),
        ({"meter_numbers": "other"}, [-50]),
        ({"production_formats": "settlement"}, [-60]),
        ({"cds_productionproject_ids": "q"}, [-9]),
        ({"cds_usagesegment_ids": "m:scada:2026-03-02:300"}, [-2]),
        ({"modified_after": "2026-03-21T00:00:00Z"}, [-80]),
        ({"after": "2026-03-09T00:00:00Z"}, [-9]),
        ({"contract_numbers": "PPA-7"}, [-9]),
        ({"servicepoint_numbers": "roof"}, [-50]),
        ({"account_numbers": "nobody"}, []),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
async def test_each_way_of_narrowing_makes_it_small_enough(
    many: Store, small: Application, parameters: dict[str, str], expected: list[int]
) -> None:
    assert sorted(await energies(small, **parameters), reverse=True) == expected


async def test_what_does_not_narrow_is_refused(many: Store, small: Application) -> None:
    for parameters in (
        {"account_numbers": "sun"},
        {"interval": "86400"},
        {"modified_after": "2026-03-19T00:00:00Z"},
        {"cds_usagesegment_ids": " ".join(f"m:scada:2026-03-0{day}:300" for day in range(1, 9))},
    ):
        assert (await ask(small, ARROW, **parameters)).status_code == 400, parameters


async def test_a_table_of_the_past_is_bounded_by_what_was_there(
    plant: Store, small: Application
) -> None:
    for day in range(2, 10):
        await publish(plant, utc("2026-03-20"), f"2026-03-{day:02}", [day])
    assert (await ask(small, CSV)).status_code == 400
    assert await energies(small, as_of="2026-03-10T00:00:00Z") == [-1, -2, -3]
