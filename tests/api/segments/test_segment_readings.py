"""`meter_readings` in settlement segments: what a register showed where an interval starts."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.segments.details import Readings
from api.segments.readings import readings
from api.web.shapes import as_json
from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, utc
from tests.api.segment_builder import segment
from tests.api.segments.reference_readings import Dial, shown

START, ONCE, LATER = utc("2026-03-02 10:00"), utc("2026-03-03"), utc("2026-03-05")
QUARTER = timedelta(minutes=15)
SETTLEMENT = {"production_formats": "settlement"}


@pytest.fixture
async def plant(store: Store) -> Store:
    """Meter m with four settlement quarters from 10:00 on."""
    await store.project()
    await store.meter()
    await store.client()
    for place in range(4):
        await store.value(START + place * QUARTER, 1, production_format="settlement", channel="NET",
                          interval_seconds=900, quality="revenue", created_at=ONCE,
                          recorded_at=ONCE)  # fmt: skip
    return store


async def read(store: Store, at: str | datetime, value: str, **columns: Any) -> None:
    """One read of register total of meter m; of one digit more than it needs, kWh a unit."""
    offset = len(await store.execute("SELECT FROM register_read"))
    row = {
        "meter_id": await store.meter_id(columns.pop("meter", "m")),
        "register": "total",
        "digits": 6,
        "multiplier": Decimal(1),
        "value": value,
        "source_id": 1,
        "kafka_offset": offset,
        "read_at": utc(f"2026-03-02 {at}") if isinstance(at, str) else at,
        "recorded_at": ONCE,
    } | columns
    await store.insert("register_read", **row)


async def columns(api: Application, token: str = "all", **parameters: str) -> dict[str, list[Any]]:
    """The readings of the only segment by the id of their format."""
    (found,) = await api.items(SEGMENTS, token, **(SETTLEMENT | parameters))
    return {
        each["id"]: [values[place] and values[place]["r"] for values in found["values"]]
        for place, each in enumerate(found["formats"])
        if each["type"] == "meter_readings"
    }


async def total(api: Application, **parameters: str) -> list[Any]:
    return (await columns(api, **parameters)).get("gridfeed_readings_kwh:md-m:total", [])


async def modified(api: Application) -> str:
    (found,) = await api.items(SEGMENTS, **SETTLEMENT)
    answer: str = found["cds_modified"]
    return answer


async def test_a_reading_stands_as_text_in_the_interval_that_it_begins(
    plant: Store, api: Application
) -> None:
    await read(plant, "10:00", "000712")
    await read(plant, "10:30", "000714.50")
    (found,) = await api.items(SEGMENTS, **SETTLEMENT)
    assert found["formats"][1] == {
        "id": "gridfeed_readings_kwh:md-m:total", "type": "meter_readings",
        "related_meterdevice": "md-m", "register": "total", "units": "kWh",
        "gridfeed_production_format": "settlement",
    }  # fmt: skip
    assert [values[1] for values in found["values"]] == [
        {"r": "000712"}, None, {"r": "000714.50"}, None]  # fmt: skip


async def test_reads_beside_the_grid_and_beyond_the_segment_are_left_out(
    plant: Store, api: Application
) -> None:
    for at in ("09:45", "10:07", "10:15:00.5", "11:00"):
        await read(plant, at, "1")
    assert await columns(api) == {}


async def test_telemetry_segments_show_no_readings(plant: Store, api: Application) -> None:
    await plant.value(START, 1, interval_seconds=900)
    await read(plant, "10:00", "1")
    (scada,) = await api.items(SEGMENTS, production_formats="scada")
    assert "meter_readings" not in {each["type"] for each in scada["formats"]}


async def test_of_an_exchange_the_new_meters_first_reading_is_shown(
    plant: Store, api: Application
) -> None:
    await read(plant, "10:15", "99987")
    await read(plant, "10:15", "00000")
    assert await total(api) == [None, "00000", None, None]


async def test_of_more_than_two_readings_of_one_instant_none_is_shown(
    plant: Store, api: Application
) -> None:
    for value in ("1", "2", "3"):
        await read(plant, "10:15", value)
    await read(plant, "10:30", "4")
    assert await total(api) == [None, None, "4", None]


async def test_readings_that_differ_in_written_zeros_are_one(
    plant: Store, api: Application
) -> None:
    await read(plant, "10:15", "0012")
    for value in ("12", "12.0"):
        await read(plant, "10:15", value)
    assert await total(api) == [None, "0012", None, None]


@pytest.mark.parametrize(
    ("multiplier", "expected"),
    [("1", {"gridfeed_readings_kwh:md-m:total"}), ("1000", {"gridfeed_readings_mwh:md-m:total"}),
     ("0.001", {"gridfeed_readings_wh:md-m:total"}), ("40", set()), ("1000.000001", set())],
)  # fmt: skip
async def test_only_a_register_of_a_named_unit_is_shown(
    plant: Store, api: Application, multiplier: str, expected: set[str]
) -> None:
    await read(plant, "10:00", "7", multiplier=Decimal(multiplier))
    assert set(await columns(api)) == expected


async def test_a_new_meter_of_another_unit_has_a_column_of_its_own(
    plant: Store, api: Application
) -> None:
    await read(plant, "10:00", "7")
    await read(plant, "10:15", "8")
    await read(plant, "10:15", "0", multiplier=Decimal(1000))
    assert await columns(api) == {
        "gridfeed_readings_kwh:md-m:total": ["7", None, None, None],
        "gridfeed_readings_mwh:md-m:total": [None, "0", None, None],
    }


def test_an_id_is_of_one_meter_register_and_unit_whatever_their_names() -> None:
    names = [("md-a", "b:c"), ("md-a:b", "c"), ("md-a", "b/c"), ("md-a", "b%2Fc"), ("md-a", "")]
    every = [
        readings(replace(segment(1, cds_meterdevice_id=device), readings=[
            Readings(register, Decimal(multiplier), [0], ["1"])]))
        for device, register in names
        for multiplier in ("1", "1000")
    ]  # fmt: skip
    texts = [as_json(each.value_format) for (each,) in every]
    ids = {orjson.loads(text)["id"] for text in texts}
    assert len(ids) == len(set(texts)) == 10


async def test_a_reading_that_arrives_moves_the_segment(plant: Store, api: Application) -> None:
    assert await modified(api) == "2026-03-03T00:00:00Z"
    since = SETTLEMENT | {"modified_after": "2026-03-04T00:00:00Z"}
    assert await api.items(SEGMENTS, **since) == []
    await read(plant, "10:07", "1", recorded_at=LATER)
    assert await modified(api) == "2026-03-03T00:00:00Z"
    assert await api.items(SEGMENTS, **since) == []
    await read(plant, "10:15", "1", recorded_at=LATER)
    assert await modified(api) == "2026-03-05T00:00:00Z"
    assert [s["cds_usagesegment_id"] for s in await api.items(SEGMENTS, **since)] == [
        "m:settlement:2026-03-02:900"]  # fmt: skip


async def test_a_segment_with_a_new_reading_is_listed_behind_the_cursor_again(
    plant: Store, api: Application
) -> None:
    for place in range(1, 120):
        await plant.value(START + timedelta(days=place), 1, production_format="settlement",
                          channel="NET", interval_seconds=900, quality="revenue")  # fmt: skip
    pages = api.pages(SEGMENTS, **SETTLEMENT)
    first = [each["cds_usagesegment_id"] for each in (await anext(pages))["usage_segments"]]
    await read(plant, START + timedelta(days=110), "1", recorded_at=utc("2999-01-01"))
    rest = [each["cds_usagesegment_id"] async for page in pages for each in page["usage_segments"]]
    assert len(set(first + rest)) == 120


async def test_as_of_shows_what_was_recorded_then(plant: Store, api: Application) -> None:
    await read(plant, "10:00", "1")
    await read(plant, "10:15", "2", recorded_at=LATER)
    assert await total(api, as_of="2026-03-04T00:00:00Z") == ["1", None, None, None]
    assert await total(api, as_of="2026-03-05T00:00:00Z") == ["1", "2", None, None]


async def test_chosen_reading_validities_leave_readings_out(plant: Store, api: Application) -> None:
    await read(plant, "10:00", "1")
    assert await total(api, reading_validities="net_metering") == []
    assert await total(api, reading_validities="net_metering total_gross contracted") == [
        "1", None, None, None]  # fmt: skip


async def test_a_reading_is_seen_with_the_project_that_its_interval_belongs_to(
    plant: Store, api: Application
) -> None:
    at = START + 2 * QUARTER
    await plant.project("q")
    await plant.move("q", at)
    await read(plant, "10:15", "1")
    await read(plant, at, "2")
    await plant.client("p", projects=["p"])
    await plant.client("q", projects=["q"])
    await plant.client("telemetry", production_formats=["scada"])
    assert await columns(api, "p") == {"gridfeed_readings_kwh:md-m:total": [None, "1"]}
    assert await columns(api, "q") == {"gridfeed_readings_kwh:md-m:total": ["2", None]}
    assert await api.items(SEGMENTS, "telemetry") == []


async def test_an_unchanged_segment_is_not_sent_again_until_a_reading_arrives(
    plant: Store, api: Application
) -> None:
    async def status(tag: str) -> int:
        headers = {"authorization": "Bearer all", "if-none-match": tag}
        return (await api.raw("GET", SEGMENTS, **headers)).status_code

    tag = (await api.get(SEGMENTS)).headers["etag"]
    assert [await status(tag) for _ in range(3)] == [304, 304, 304]
    await read(plant, "10:15", "1")
    assert await status(tag) == 200


DIALS = st.builds(
    Dial,
    place=st.integers(-1, 4),
    seconds=st.sampled_from([0, 0, 0, 450]),
    value=st.sampled_from(["1", "01", "2", "3", "3.0"]),
    digits=st.sampled_from([5, 6]),
    multiplier=st.sampled_from(["1", "1000", "0.001", "40"]),
    register=st.sampled_from(["total", "1.8.0"]),
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(reads=st.lists(DIALS, max_size=12, unique=True))
async def test_readings_are_those_of_the_plain_reference(
    plant: Store, api: Application, reads: list[Dial]
) -> None:
    await plant.execute("TRUNCATE register_read")
    for each in reads:
        await read(
            plant,
            START + each.place * QUARTER + timedelta(seconds=each.seconds),
            each.value,
            digits=each.digits,
            multiplier=Decimal(each.multiplier),
            register=each.register,
        )
    assert await columns(api) == shown(reads, intervals=4)
