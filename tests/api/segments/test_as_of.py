"""The past of usage segments: `as_of` answers what a request at that instant answered."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, utc
from tests.api.publisher import finalise, publish

pytestmark = pytest.mark.embedded

#: When transaction k published, and when somebody asked after it.
FIRST = utc("2026-03-02 12:00")
REQUESTS: list[dict[str, str]] = [
    {},
    {"production_formats": "settlement"},
    {"production_formats": "scada forecast_day_ahead", "reading_validities": "total_gross"},
    {"reading_validities": "net_metering contracted"},
    {"meter_numbers": "m"},
    {"cds_meterdevice_ids": "md-n"},
    {"after": "2026-03-02T00:00:00Z", "before": "2026-03-02T00:00:00Z"},
    {"cds_usagesegment_ids": "m:scada:2026-03-01:300 n:scada:2026-03-01:300"},
    {"modified_after": "2026-03-02T14:00:00Z"},
    {"cds_productionproject_ids": "q"},
]


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project(contract_rule="40%")
    await store.project("q")
    await store.meter()
    await store.meter("n", "q")
    await store.client()
    return store


def recorded(turn: int) -> datetime:
    return FIRST + turn * timedelta(hours=1)


async def transactions(store: Store) -> list[Callable[[datetime], Awaitable[None]]]:
    """What is published, one transaction each: live telemetry, corrections, runs, vintages."""
    source = await store.source("telemetry", None)
    settled = {"production_format": "settlement", "interval_seconds": 900, "quality": "revenue"}
    forecast = {"production_format": "forecast_day_ahead", "interval_seconds": 3600,
                "quality": None}  # fmt: skip
    due = utc("2026-03-02 20:00")
    day = "2026-03-01 06:00"
    return [
        lambda at: publish(store, at, day, [1, 2, 3], finalize_at=due),
        lambda at: publish(store, at, day, [1, 5, 3, 4], finalize_at=due),  # still open
        lambda at: publish(store, at, "2026-03-02 06:00", ["0.1"], meter="n"),
        lambda at: finalise(store, source, due, at),
        lambda at: publish(store, at, day, [None, 5, "3.000001", 4], samples=7),  # corrections
        lambda at: publish(store, at, day, [-1, -1], channel="STATION_LOAD"),
        lambda at: publish(store, at, day, [10, 20], settlement_version=1, **settled),
        lambda at: publish(store, at, "2026-02-01", [7], settlement_version=0, **settled),
        lambda at: publish(store, at, day, [11, 20, 30], settlement_version=3, **settled),
        lambda at: publish(store, at, "2026-03-05", [9], issued_at=utc("2026-03-01"), **forecast),
        lambda at: publish(store, at, "2026-03-05", [8], issued_at=utc("2026-03-02"), **forecast),
        lambda at: publish(store, at, day, [1], meter="n"),
        lambda at: publish(store, at, day, ["7.5"], samples=9, quality="estimated"),
    ]


async def test_as_of_answers_what_was_answered_then(plant: Store, api: Application) -> None:
    answers: list[tuple[datetime, list[str]]] = []
    for turn, transaction in enumerate(await transactions(plant)):
        await transaction(recorded(turn))
        asked = recorded(turn) + timedelta(minutes=30)
        answers.append((asked, [(await api.get(SEGMENTS, **request)).text for request in REQUESTS]))
    assert len({tuple(bodies) for _, bodies in answers}) == len(answers) - 1  # all but `finalise`
    for asked, bodies in answers:
        again = [
            await api.get(SEGMENTS, **request, as_of=asked.isoformat()) for request in REQUESTS
        ]
        assert [answer.text for answer in again] == bodies, asked


async def test_a_transaction_counts_from_its_instant_on(plant: Store, api: Application) -> None:
    await publish(plant, recorded(0), "2026-03-01", [1])
    await publish(plant, recorded(1), "2026-03-01", [2])

    async def energy(as_of: str) -> list[Any]:
        return [segment["values"][0][0] for segment in await api.items(SEGMENTS, as_of=as_of)]

    assert await energy("2026-03-02T11:59:59.999999Z") == []
    assert await energy("2026-03-02T12:00:00Z") == [{"eu": -1}]
    assert await energy("2026-03-02T12:59:59.999999Z") == [{"eu": -1}]
    assert await energy("2026-03-02T14:00:00%2B01:00".replace("%2B", "+")) == [{"eu": -2}]


async def test_created_and_modified_are_those_of_then(plant: Store, api: Application) -> None:
    await publish(plant, recorded(0), "2026-03-01", [1])
    await publish(plant, recorded(5), "2026-03-01", [2])
    await publish(plant, recorded(9), "2026-02-28 23:55", [3])  # another day: not of this segment
    (then,) = await api.items(SEGMENTS, as_of="2026-03-02T13:00:00Z")
    assert (then["cds_created"], then["cds_modified"]) == ("2026-03-02T12:00:00Z",) * 2
    now = (await api.items(SEGMENTS))[1]
    assert now["cds_created"] == "2026-03-02T12:00:00Z"
    assert now["cds_modified"] == "2026-03-02T17:00:00Z"


async def test_the_segment_ends_where_it_ended_then(plant: Store, api: Application) -> None:
    await publish(plant, recorded(0), "2026-03-01 06:00", [1, 2])
    await publish(plant, recorded(1), "2026-03-01 06:10", [3])
    await publish(plant, recorded(1), "2026-03-01 05:55", [0])
    (then,) = await api.items(SEGMENTS, as_of="2026-03-02T12:30:00Z")
    assert (then["segment_start"], then["segment_end"]) == (
        "2026-03-01T06:00:00Z", "2026-03-01T06:10:00Z")  # fmt: skip
    assert (
        await api.items(SEGMENTS, as_of="2026-03-02T12:30:00Z", after="2026-03-01T06:15:00Z") == []
    )


async def test_a_watermark_of_the_past_is_not_made_up(plant: Store, api: Application) -> None:
    await publish(plant, recorded(0), "2026-03-01", [1])
    await plant.source("telemetry", utc("2026-03-05"))
    assert (await api.items(SEGMENTS))[0]["cds_synced"] == "2026-03-05T00:00:00Z"
    (then,) = await api.items(SEGMENTS, as_of="2026-03-04T00:00:00Z")
    assert then["cds_synced"] == then["cds_modified"] == "2026-03-02T12:00:00Z"


async def test_every_page_is_of_the_same_instant(plant: Store, api: Application) -> None:
    for day in range(30):
        for meter in ("m", "n"):
            for product in ("scada", "settlement", "forecast_hour_ahead", "forecast_day_ahead"):
                at = utc("2026-01-01") + timedelta(days=day)
                issued_at = at - timedelta(days=1) if "forecast" in product else None
                await plant.value(at, day, meter=meter, production_format=product,
                                  recorded_at=FIRST, created_at=FIRST,
                                  issued_at=issued_at)  # fmt: skip
    then = [each async for each in api.pages(SEGMENTS)]
    (first, second, third) = (page["usage_segments"] for page in then)
    assert [len(first), len(second), len(third)] == [100, 100, 40]
    for day in range(30):
        at = utc("2026-01-01") + timedelta(days=day)
        await plant.version(at, day, recorded(9), recorded_at=FIRST, created_at=FIRST)
    await plant.execute("UPDATE interval_value SET energy_microkwh = 1, recorded_at = $1"
                        " WHERE meter_id = $2 AND production_format = 'scada'",
                        recorded(9), await plant.meter_id("m"))  # fmt: skip
    assert (await anext(api.pages(SEGMENTS)))["usage_segments"] != first
    pages = [each async for each in api.pages(SEGMENTS, as_of="2026-03-02T12:00:00Z")]
    assert [page["usage_segments"] for page in pages] == [first, second, third]
    assert all("as_of=2026" in page["next"] for page in pages[:2])
    assert (await api.get(pages[2]["previous"])).json()["usage_segments"] == second


async def test_a_series_that_began_later_is_not_known_yet(plant: Store, api: Application) -> None:
    await publish(plant, recorded(5), "2020-01-01", [1])
    assert await api.items(SEGMENTS, as_of="2026-03-02T12:00:00Z") == []
    assert len(await api.items(SEGMENTS, as_of="2026-03-02T17:00:00Z")) == 1


async def test_forecasts_of_days_to_come_were_known(plant: Store, api: Application) -> None:
    forecast = {"production_format": "forecast_day_ahead", "quality": None,
                "issued_at": utc("2026-03-01")}  # fmt: skip
    await publish(plant, recorded(0), "2026-03-01", [1])
    for start in ("2026-03-04 12:00", "2026-04-15", "2027-06-01"):
        await publish(plant, recorded(0), start, [2], **forecast)
    for month in range(3, 12):
        await publish(plant, recorded(2), f"2026-{month:02}-20", [3])
        await publish(plant, recorded(2), f"2027-{month:02}-20", [4], **forecast)
    days = [
        s["segment_start"][:10] for s in await api.items(SEGMENTS, as_of="2026-03-02T12:30:00Z")
    ]
    assert days == ["2026-03-01", "2026-03-04", "2026-04-15", "2027-06-01"]
    assert len(await api.items(SEGMENTS)) == 22


async def test_what_was_open_long_ago_is_left_out_and_not_invented(
    plant: Store, api: Application
) -> None:
    await publish(plant, recorded(0), "2026-03-01", [1], finalize_at=utc("2026-03-03"))
    await publish(plant, recorded(1), "2026-03-01", [2], finalize_at=utc("2026-03-03"))
    asked = {"as_of": "2026-03-02T12:30:00Z"}
    assert [s["values"][0][0] for s in await api.items(SEGMENTS, **asked)] == [{"eu": -1}]
    await plant.execute("DELETE FROM open_version")
    assert await api.items(SEGMENTS, **asked) == []


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("yesterday", "RFC 3339"),
        ("2026-03-02", "RFC 3339"),
        ("2026-03-02T12:00:00", "RFC 3339"),
        ("2026-02-30T12:00:00Z", "calendar"),
        ("2126-03-02T12:00:00Z", "later than now"),
        ("9999-12-31T23:59:59Z", "later than now"),
    ],
)
async def test_an_instant_that_is_none_or_has_not_come_is_refused(
    plain: Application, as_of: str, said: str
) -> None:
    answer = await plain.get(SEGMENTS, as_of=as_of)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "as_of"
    assert said in answer.json()["detail"]


async def test_the_future_begins_at_the_database_s_clock(plant: Store, api: Application) -> None:
    (row,) = await plant.execute("SELECT clock_timestamp() - interval '1 second' AS now")
    assert (await api.get(SEGMENTS, as_of=row["now"].isoformat())).status_code == 200
    (row,) = await plant.execute("SELECT clock_timestamp() + interval '1 minute' AS now")
    assert (await api.get(SEGMENTS, as_of=row["now"].isoformat())).status_code == 400


async def test_before_everything_there_was_nothing(plant: Store, api: Application) -> None:
    await publish(plant, recorded(0), "2026-03-01", [1])
    assert await api.items(SEGMENTS, as_of="0001-01-01T00:00:00Z") == []


async def test_an_as_of_given_twice_is_refused_and_an_empty_one_is_none(plain: Application) -> None:
    twice = await plain.get(f"{SEGMENTS}?as_of=2026-03-02T12:00:00Z&as_of=2026-03-02T12:00:00Z")
    assert twice.status_code == 400
    assert (await plain.get(SEGMENTS, as_of="")).status_code == 200


async def test_the_past_is_as_narrow_as_the_grant(plant: Store, api: Application) -> None:
    await publish(plant, recorded(0), "2026-03-01", [1])
    await publish(plant, recorded(1), "2026-03-01", [2])
    await publish(plant, recorded(0), "2026-03-01", [3], production_format="settlement")
    await publish(plant, recorded(1), "2026-03-01", [4], production_format="settlement")
    await plant.client("T_q", projects=["q"])
    await plant.client("T_settlement", production_formats=["settlement"])
    asked = {"as_of": "2026-03-02T12:30:00Z"}
    assert len(await api.items(SEGMENTS, **asked)) == 2
    assert await api.items(SEGMENTS, "T_q", **asked) == []
    (segment,) = await api.items(SEGMENTS, "T_settlement", **asked)
    assert segment["gridfeed_production_format"] == "settlement"
    assert segment["values"] == [[{"eu": -3}, {"cu": -1.2}]]


async def test_requests_of_now_and_of_then_do_not_mix_on_a_connection(
    plant: Store, api: Application
) -> None:
    await publish(plant, recorded(0), "2026-03-01", [1])
    await publish(plant, recorded(1), "2026-03-01", [2])
    paths = [SEGMENTS, f"{SEGMENTS}?as_of=2026-03-02T12:30:00Z"] * 20
    answers = await api.together([(path, "all") for path in paths])
    energies = [a.json()["usage_segments"][0]["values"][0][0]["eu"] for a in answers]
    assert energies == [-2, -1] * 20
