"""How many intervals ought to be there, are, are estimated and are missing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.application import Application
from tests.api.builders import Store, utc
from tests.api.comparisons.series_builder import COMPLETENESS, HOUR

QUARTER = {"interval_seconds": 900}
SETTLED = {"production_format": "settlement", "quality": "revenue", "channel": "NET", **QUARTER}


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project(interval_seconds=900)
    await store.meter()
    await store.client()
    return store


async def ask(api: Application, token: str = "all", **parameters: object) -> dict[str, Any]:
    scope = {} if "cds_productionproject_id" in parameters else {"meter_number": "m"}
    answer = await api.get(COMPLETENESS, token, **(HOUR | scope | parameters))
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def streams(document: dict[str, Any], meter: int = 0) -> dict[str, dict[str, Any]]:
    found = document["meters"][meter]["streams"]
    return {f"{each['production_format']} {each['channel']}": each for each in found}


def numbers(of: dict[str, Any]) -> tuple[int, int, int, int]:
    return of["expected"], of["received"], of["estimated"], of["missing"]


@pytest.mark.embedded
async def test_every_stream_has_its_numbers(plant: Store, api: Application) -> None:
    await plant.values("2026-03-01", [1, 2, None], **QUARTER)
    await plant.value("2026-03-01 00:45", 4, **QUARTER | {"quality": "estimated"})
    await plant.values("2026-03-01", [1, 2], **SETTLED | {"interval_seconds": 1800})
    found = streams(await ask(api))
    assert found.keys() == {"scada GROSS", "settlement NET"}
    scada, settlement = found.values()
    assert (numbers(scada), scada["share"], scada["interval"]) == ((4, 3, 1, 1), 0.75, 900)
    assert (numbers(settlement), settlement["share"]) == ((2, 2, 0, 0), 1)


async def test_a_share_is_rounded_down_so_that_1_is_all_of_it(
    plant: Store, api: Application
) -> None:
    await plant.values("2026-03-01", [1, 2], **QUARTER)
    three = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T00:45:00Z"}
    assert streams(await ask(api, **three))["scada GROSS"]["share"] == 0.666666


async def test_a_stream_without_values_in_the_range_is_wholly_missing(
    plant: Store, api: Application
) -> None:
    await plant.value("2026-02-01", 1, **SETTLED | {"interval_seconds": 3600})
    assert numbers(streams(await ask(api))["settlement NET"]) == (1, 0, 0, 1)


async def test_days_are_local_and_sum_to_the_whole(store: Store, api: Application) -> None:
    await store.project(timezone="Europe/Amsterdam", interval_seconds=900)
    await store.meter()
    await store.client()
    await store.values("2026-03-28 23:00", [1] * 80, **QUARTER)  # 20 of the 23 hours
    span = {"start": "2026-03-27T23:00:00Z", "end": "2026-03-30T22:00:00Z"}
    scada = streams(await ask(api, by="day", **span))["scada GROSS"]
    assert [(day["start"], *numbers(day)) for day in scada["days"]] == [
        ("2026-03-27T23:00:00Z", 96, 0, 0, 96),
        ("2026-03-28T23:00:00Z", 92, 80, 0, 12),
        ("2026-03-29T22:00:00Z", 96, 0, 0, 96),
    ]
    assert numbers(scada) == (284, 80, 0, 204)


async def test_what_is_not_over_is_not_missed_and_of_forecasts_all_is(
    plant: Store, api: Application
) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)  # noqa: TID251
    await plant.value(now - timedelta(hours=1), 1, **QUARTER)
    await plant.value(now + timedelta(hours=2), 9, **QUARTER)  # its interval is not over
    await plant.value(now, 1, production_format="forecast_hour_ahead", **QUARTER)
    span = {"start": (now - timedelta(hours=1)).isoformat(),
            "end": (now + timedelta(hours=3)).isoformat()}  # fmt: skip
    found = streams(await ask(api, **span))
    assert numbers(found["scada GROSS"])[0] in range(4, 8)
    assert numbers(found["scada GROSS"])[1] == 1
    assert numbers(found["forecast_hour_ahead GROSS"]) == (16, 1, 0, 15)


async def test_final_through_ends_before_the_first_open_interval(
    plant: Store, api: Application
) -> None:
    await plant.values("2026-03-01", [1, 2, 3, 4], **QUARTER)
    await plant.value(
        "2026-03-04", 1, **QUARTER
    )  # outside the range: it is said of the whole series
    assert streams(await ask(api))["scada GROSS"]["final_through"] == "2026-03-04T00:15:00Z"
    await plant.execute("UPDATE interval_value SET finalize_at = now() WHERE interval_start = $1",
                        utc("2026-03-01 00:30"))  # fmt: skip
    assert streams(await ask(api))["scada GROSS"]["final_through"] == "2026-03-01T00:30:00Z"


@pytest.mark.embedded
async def test_the_watermark_is_that_of_the_streams_slowest_partition(
    plant: Store, api: Application
) -> None:
    await plant.values("2026-03-01", [1], **QUARTER)
    await plant.values("2026-03-01", [1], **SETTLED)
    await plant.source("telemetry", utc("2026-03-02 10:00"))
    await plant.source("telemetry", utc("2026-03-02 09:00"))
    await plant.source("reads", None)
    found = streams(await ask(api))
    assert found["scada GROSS"]["synced_at"] == "2026-03-02T09:00:00Z"
    assert found["settlement NET"]["synced_at"] is None


@pytest.mark.embedded
async def test_as_of_counts_what_was_published_then(plant: Store, api: Application) -> None:
    early, late = utc("2026-03-01 01:00"), utc("2026-03-05")
    await plant.values("2026-03-01", [1, 2], recorded_at=early, created_at=early, **QUARTER)
    await plant.values("2026-03-01 00:30", [3, 4], recorded_at=late, created_at=late, **QUARTER)
    await plant.source("telemetry", late)
    then = streams(await ask(api, as_of="2026-03-04T00:00:00Z"))["scada GROSS"]
    assert numbers(then) == (4, 2, 0, 2)
    assert (then["final_through"], then["synced_at"]) == (None, None)
    during = streams(await ask(api, as_of="2026-03-01T00:40:00Z"))
    assert during == {}  # nothing was published yet, so nobody knew of the series
    assert numbers(streams(await ask(api, as_of="2026-03-05T00:00:00Z"))["scada GROSS"])[1] == 4


async def test_a_meter_counts_while_it_belongs_to_the_project(
    plant: Store, api: Application
) -> None:
    await plant.project("q", interval_seconds=900)
    await plant.meter("n", "q")
    await plant.values("2026-03-01", [1, 2, 3, 4], **QUARTER)
    await plant.move("q", utc("2026-03-01 00:15"))
    of_p, of_q = [await ask(api, cds_productionproject_id=name) for name in "pq"]
    assert numbers(streams(of_p)["scada GROSS"]) == (1, 1, 0, 0)
    assert [meter["meter_number"] for meter in of_q["meters"]] == ["m", "n"]
    assert numbers(streams(of_q)["scada GROSS"]) == (3, 3, 0, 0)
    assert streams(of_q, 1) == {}
    assert numbers(streams(await ask(api))["scada GROSS"]) == (4, 4, 0, 0)
    await plant.client("of-p", projects=["p"])
    assert numbers(streams(await ask(api, "of-p"))["scada GROSS"]) == (1, 1, 0, 0)


async def test_a_format_that_the_token_lacks_is_refused_and_otherwise_left_out(
    plant: Store, api: Application
) -> None:
    await plant.client("scada-only", production_formats=["scada"])
    await plant.values("2026-03-01", [1], **QUARTER)
    await plant.values("2026-03-01", [1], **SETTLED)
    assert streams(await ask(api, "scada-only")).keys() == {"scada GROSS"}
    asked = {"meter_number": "m", "production_formats": "settlement", **HOUR}
    assert (await api.get(COMPLETENESS, "scada-only", **asked)).status_code == 403


@pytest.mark.parametrize(
    ("parameters", "refused"),
    [
        ({}, "meter_number"),
        ({"meter_number": "m", "by": "week"}, "by"),
        ({"meter_number": "m", "end": "2126-03-01T00:00:00Z"}, "end"),
        ({"meter_number": "m", "interval": "day"}, "interval"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(
    plain: Application, parameters: dict[str, str], refused: str
) -> None:
    answer = await plain.get(COMPLETENESS, **(HOUR | parameters))
    assert (answer.status_code, answer.json()["parameter"]) == (400, refused)
