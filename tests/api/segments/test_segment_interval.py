"""`interval` on usage segments: values summed to longer intervals of the local day."""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, utc

QUARTER = {"interval_seconds": 900}
SETTLED = {"production_format": "settlement", "quality": "revenue", **QUARTER}


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project(interval_seconds=900)
    await store.meter()
    await store.client()
    return store


def energies(segment: dict[str, Any], type_: str = "electric_usage", key: str = "eu") -> list[Any]:
    """The values of the first column of a type."""
    place = [each["type"] for each in segment["formats"]].index(type_)
    return [each[place] and each[place][key] for each in segment["values"]]


@pytest.mark.embedded
async def test_energies_are_summed_from_local_midnight_on(store: Store, api: Application) -> None:
    await store.project(interval_seconds=900, timezone="America/Denver")
    await store.meter()
    await store.client()
    await store.values("2026-03-01 07:30", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], **QUARTER)
    (segment,) = await api.items(SEGMENTS, interval=3600)
    assert segment["cds_usagesegment_id"] == "m:scada:2026-03-01:3600"
    assert (segment["segment_start"], segment["segment_end"], segment["interval"]) == (
        "2026-03-01T07:00:00Z",
        "2026-03-01T10:00:00Z",
        3600,
    )
    assert energies(segment) == [None, -18, -34]  # the first hour lacks its first half


async def test_power_is_weighted_with_time_and_a_peak_is_the_largest(
    plant: Store, api: Application
) -> None:
    for start, seconds, mean, peak in (("00:00", 900, 1, 30), ("00:15", 900, 2, 20)):
        await plant.value(f"2026-03-01 {start}", 1, interval_seconds=seconds,
                          mean_microkw=mean, peak_microkw=peak)  # fmt: skip
    await plant.value("2026-03-01 00:30", 1, interval_seconds=1800, mean_microkw=4, peak_microkw=10)
    (segment,) = await api.items(SEGMENTS, interval=3600)
    demand = {
        each["demand_type"]: segment["values"][0][place]["ed"]
        for place, each in enumerate(segment["formats"])
        if each["type"] == "electric_demand"
    }
    assert demand == {"average": -3e-06, "peak": -3e-05}  # (1 + 2 + 2 x 4) / 4 = 2.75


async def test_a_sum_is_as_good_as_its_least_trusted_part(plant: Store, api: Application) -> None:
    for hour, words in enumerate((["valid", "estimated"], ["revenue", "corrected"], ["raw"] * 2)):
        for half, quality in enumerate(words):
            await plant.value(
                f"2026-03-01 {hour:02}:{30 * half:02}",
                1,
                production_format="settlement",
                quality=quality,
                interval_seconds=1800,
            )
    (segment,) = await api.items(SEGMENTS, interval=3600)
    words = [each["quality"] for each in segment["formats"]]
    found = [words[[each is not None for each in row].index(True)] for row in segment["values"]]
    assert found == ["estimated", "corrected", "raw"]


async def test_an_interval_that_values_do_not_cover_is_null(plant: Store, api: Application) -> None:
    await plant.values("2026-03-01", [1, 1, None, 1, 2, 2, 2, 2, 3, 3], **QUARTER)
    (segment,) = await api.items(SEGMENTS, interval=3600)
    assert energies(segment) == [None, -8, None]


async def test_lengths_that_divide_it_come_in_one_segment_and_others_are_left_out(
    plant: Store, api: Application
) -> None:
    await plant.values("2026-03-01", [1] * 4, **QUARTER)
    await plant.values("2026-03-01 01:00", [5], interval_seconds=3600)
    await plant.values("2026-03-01 02:00", [7], interval_seconds=7200)
    (segment,) = await api.items(SEGMENTS, interval=3600)
    assert energies(segment) == [-4, -5]
    assert len(await api.items(SEGMENTS)) == 3
    (day,) = await api.items(SEGMENTS, interval=86400)  # of all three, and not covered
    assert (day["formats"], day["values"]) == ([], [[]])


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("day", "hours", "interval"),
    [("2026-03-29", 23, 3600), ("2026-10-25", 25, 3600), ("2026-03-30", 24, 7200)],
)
async def test_no_energy_is_lost_on_the_days_when_clocks_change(
    store: Store, api: Application, day: str, hours: int, interval: int
) -> None:
    await store.project(interval_seconds=900, timezone="Europe/Amsterdam")
    await store.meter()
    await store.client()
    start = {"2026-03-29": "2026-03-28 23:00", "2026-10-25": "2026-10-24 22:00"}.get(
        day, "2026-03-29 22:00"
    )
    await store.values(start, range(hours * 4), **QUARTER)
    (segment,) = await api.items(SEGMENTS, interval=7200)
    assert segment["cds_usagesegment_id"] == f"m:scada:{day}:{interval}"
    assert sum(energies(segment)) == -sum(range(hours * 4))
    (named,) = await api.items(SEGMENTS, interval=7200,
                               cds_usagesegment_ids=segment["cds_usagesegment_id"])  # fmt: skip
    assert named == segment
    assert await api.items(SEGMENTS, cds_usagesegment_ids=segment["cds_usagesegment_id"]) == []


async def test_quantiles_of_forecasts_do_not_add_up(plant: Store, api: Application) -> None:
    await plant.values("2026-03-01", [1, 2, 3, 4], production_format="forecast_day_ahead",
                       p10_microkwh=1, p90_microkwh=9, issued_at=utc("2026-02-28"),
                       **QUARTER)  # fmt: skip
    (segment,) = await api.items(SEGMENTS, interval=3600)
    assert [each["gridfeed_statistic"] for each in segment["formats"]] == ["mean"]
    assert energies(segment, "gridfeed_forecast_day_ahead", "f") == [-10]
    (own,) = await api.items(SEGMENTS, interval=900)
    assert [each["gridfeed_statistic"] for each in own["formats"]] == ["mean", "p10", "p90"]


async def test_a_table_has_the_same_sums(plant: Store, api: Application) -> None:
    await plant.values("2026-03-01", [1, 2, 3, 4, 5], **QUARTER)
    table = (await api._client.get(
            SEGMENTS, params={"interval": 3600},
            headers={"Authorization": "Bearer all", "Accept": "text/csv"},
        )).text.splitlines()  # fmt: skip
    names, *rows = (line.split(",") for line in table)
    found = [dict(zip(names, row, strict=True)) for row in rows]
    assert [row["interval_seconds"] for row in found] == ["3600"] * len(found)
    assert [Decimal(row["electric_usage"]) for row in found] == [-10]


async def test_of_the_past_it_sums_what_was_published_then(plant: Store, api: Application) -> None:
    then, later = utc("2026-03-02"), utc("2026-03-03")
    for start in ("00:00", "00:30"):
        await plant.value(f"2026-03-01 {start}", 2, interval_seconds=1800,
                          created_at=then, recorded_at=later)  # fmt: skip
        await plant.version(f"2026-03-01 {start}", 1, later, interval_seconds=1800,
                            recorded_at=then)  # fmt: skip
    await plant.execute("UPDATE series SET created_at = $1", then)
    asked = {"interval": 3600, "as_of": "2026-03-02T12:00:00Z"}
    assert energies((await api.items(SEGMENTS, **asked))[0]) == [-2]
    assert energies((await api.items(SEGMENTS, interval=3600))[0]) == [-4]


@pytest.mark.parametrize("text", ["0", "-900", "86401", "900.5", "hour", "600", "1"])
async def test_an_interval_that_cannot_be_is_refused_by_name(
    plant: Store, api: Application, text: str
) -> None:
    await plant.value("2026-03-01", 1, **QUARTER)
    answer = await api.get(SEGMENTS, interval=text)
    assert answer.status_code == 400
    assert (answer.json()["parameter"], answer.json()["example"]) == ("interval", "3600")


async def test_it_has_to_be_a_multiple_of_a_base_interval_that_is_asked_for(
    plant: Store, api: Application
) -> None:
    await plant.project("fine", interval_seconds=300)
    await plant.meter("f", "fine")
    assert (await api.get(SEGMENTS, interval=600)).status_code == 200
    refused = await api.get(SEGMENTS, interval=600, meter_numbers="m")
    assert refused.status_code == 400
    assert "(900)" in refused.json()["detail"]
    assert await api.items(SEGMENTS, interval=600, meter_numbers="nobody") == []


amounts = st.none() | st.integers(-(10**7), 10**7)
qualities = st.sampled_from(["valid", "estimated", "revenue"])
VALUES = """
INSERT INTO interval_value (meter_id, production_format, channel, interval_start, interval_seconds,
  energy_microkwh, quality)
SELECT $1, 'settlement', t.channel, '2026-03-01Z'::timestamptz + t.place * interval '15 minutes',
  900, t.energy, t.quality
FROM unnest($2::channel[], $3::integer[], $4::bigint[], $5::reading_quality[])
  AS t (channel, place, energy, quality)
"""
KNOWN = """
WITH known AS (
  INSERT INTO series SELECT DISTINCT meter_id, production_format, channel, now() FROM interval_value
)
INSERT INTO series_day SELECT DISTINCT meter_id, production_format, channel, date '2026-03-01', 900,
  now() FROM interval_value
"""


async def publish(store: Store, rows: list[tuple[str, int, int | None, str]]) -> None:
    """Replace all values by rows of channel, quarter-hour of the day, energy and quality."""
    for table in ("interval_value", "series", "series_day"):
        await store.execute(f"DELETE FROM {table}")
    columns = [[row[n] for row in rows] for n in range(3)]
    known = [None if row[2] is None else row[3] for row in rows]
    await store.execute(VALUES, await store.meter_id("m"), *columns, known)
    await store.execute(KNOWN)


async def by_validity(api: Application, **parameters: object) -> dict[str, list[Decimal | None]]:
    """Return the day's values of each reading validity, whatever their quality."""
    text = (await api.get(SEGMENTS, **parameters)).text
    (segment,) = json.loads(text, parse_float=Decimal, parse_int=Decimal)["usage_segments"]
    found: dict[str, list[Decimal | None]] = defaultdict(lambda: [None] * len(segment["values"]))
    for row, values in enumerate(segment["values"]):
        for each, value in zip(segment["formats"], values, strict=True):
            if value is not None:
                (found[each["gridfeed_reading_validity"]][row],) = (-v for v in value.values())
    return found


async def aligned(api: Application, interval: int) -> dict[str, list[Decimal | None]]:
    """Return what the aligned table says of the same."""
    text = (await api.get(
        "/v1/series", meter_number="m", production_formats="settlement", interval=interval,
        start="2026-03-01T00:00:00Z", end="2026-03-02T00:00:00Z",
    )).text  # fmt: skip
    table = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    columns = list(zip(*table["rows"], strict=True))[1:]
    return {
        column["reading_validity"]: list(values)
        for column, values in zip(table["columns"], columns, strict=True)
        if any(value is not None for value in values)
    }


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    gross=st.lists(st.tuples(amounts, qualities), min_size=96, max_size=96),
    load=st.lists(amounts, max_size=96),
    asked=st.tuples(st.sampled_from([900, 1800, 3600, 21_600, 86_400]), st.booleans()),
)
async def test_sums_equal_the_aligned_table_and_the_stored_values_to_the_last_digit(
    contracted: tuple[Store, Application],
    gross: list[tuple[int | None, str]],
    load: list[int | None],
    asked: tuple[int, bool],
) -> None:
    (shared, api), (interval, holes) = contracted, asked
    rows = [
        ("GROSS", place, amount if holes or amount is not None else 5, quality)
        for place, (amount, quality) in enumerate(gross)
    ]
    rows += [("STATION_LOAD", place, amount, "valid") for place, amount in enumerate(load)]
    await publish(shared, rows)
    found, stored = await by_validity(api, interval=interval), await by_validity(api)
    assert found == await aligned(api, interval)
    for validity, values in found.items():
        if None not in values:
            assert sum(filter(None, values)) == sum(filter(None, stored[validity]))


@pytest.fixture(params=["1/3", "37.5%"])
async def contracted(
    plant: Store, api: Application, request: pytest.FixtureRequest
) -> tuple[Store, Application]:
    await plant.share(request.param)
    return plant, api
