"""Where segments start and end, how far they are confirmed, and the walk from one to the next."""

from datetime import timedelta

import pytest

from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, utc


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("zone", "local_date", "start_and_hours"),
    [
        ("Europe/Amsterdam", "2025-10-26", ("2025-10-25 22:00", 25)),
        ("Europe/Amsterdam", "2026-03-29", ("2026-03-28 23:00", 23)),
        ("Australia/Lord_Howe", "2026-04-05", ("2026-04-04 13:00", 24.5)),
        ("Australia/Lord_Howe", "2026-10-04", ("2026-10-03 13:30", 23.5)),
        ("Africa/Cairo", "2026-04-24", ("2026-04-23 22:00", 23)),
        ("America/Havana", "2025-11-02", ("2025-11-02 04:00", 25)),  # midnight comes twice
        ("CET", "2026-07-01", ("2026-06-30 22:00", 24)),  # PostgreSQL: an abbreviation, UTC+1
    ],
)
async def test_a_day_is_the_project_s_local_day(
    store: Store, api: Application, zone: str, local_date: str, start_and_hours: tuple[str, float]
) -> None:
    await store.project(timezone=zone, interval_seconds=1800)
    await store.meter()
    await store.client()
    start, hours = start_and_hours
    count = int(hours * 2)
    await store.values(str(utc(start) - timedelta(minutes=30))[:16], [1] * (count + 2),
                       interval_seconds=1800)  # fmt: skip
    before, segment, after = await api.items(SEGMENTS)
    assert segment["cds_usagesegment_id"] == f"m:scada:{local_date}:1800"
    assert segment["segment_start"] == start.replace(" ", "T") + ":00Z"
    assert [len(s["values"]) for s in (before, segment, after)] == [1, count, 1]


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project()
    await store.meter()
    await store.client()
    await store.value("2026-03-01", 1)
    return store


async def test_the_watermark_is_that_of_the_slowest_partition(
    plant: Store, api: Application
) -> None:
    one = {"cds_usagesegment_ids": "m:scada:2026-03-01:300"}
    await plant.source("telemetry", utc("2026-03-04 10:00"))
    await plant.source("telemetry", utc("2026-03-04 09:00"))
    await plant.source("reads", utc("2026-03-04 08:00"))
    assert (await api.items(SEGMENTS, **one))[0]["cds_synced"] == "2026-03-04T09:00:00Z"
    await plant.source("telemetry", None)
    (segment,) = await api.items(SEGMENTS, **one)
    assert segment["cds_synced"] == segment["cds_modified"]


async def test_a_topic_that_was_created_again_does_not_hold_the_watermark_back(
    plant: Store, api: Application
) -> None:
    old = await plant.source("telemetry", utc("2026-03-01"))
    (row,) = await plant.execute(
        "INSERT INTO ingest_source (stream, topic, kafka_partition, generation, synced_at)"
        " SELECT stream, topic, kafka_partition, 2, $2 FROM ingest_source WHERE source_id = $1"
        " RETURNING source_id", old, utc("2026-03-05"))  # fmt: skip
    await plant.insert(
        "meter_source", meter_id=await plant.meter_id("m"), source_id=row["source_id"]
    )
    (segment,) = await api.items(SEGMENTS, cds_usagesegment_ids="m:scada:2026-03-01:300")
    assert segment["cds_synced"] == "2026-03-05T00:00:00Z"


@pytest.mark.embedded
async def test_the_listing_leaps_over_years_without_values(store: Store, api: Application) -> None:
    await store.project()
    await store.meter()
    await store.client()
    days = ["1971-01-01", "2001-05-05", "2001-05-06", "2026-03-01", "2041-12-31"]
    for day in days:
        await store.value(day, 1)
    assert [s["cds_usagesegment_id"] for s in await api.items(SEGMENTS)] == [
        f"m:scada:{day}:300" for day in days
    ]
    found = await api.items(SEGMENTS, after="2001-05-06T00:00:00Z", before="2030-01-01T00:00:00Z")
    assert [s["cds_usagesegment_id"] for s in found] == [f"m:scada:{day}:300" for day in days[2:4]]


@pytest.mark.parametrize(("after", "found"), [("07:00:00Z", 2), ("07:00:00.000001Z", 1)])
async def test_a_day_that_ends_at_after_is_included(
    store: Store, api: Application, after: str, found: int
) -> None:
    await store.project(timezone="America/Denver")
    await store.meter()
    await store.client()
    await store.values(
        "2026-03-01 07:00", [1] * 25, interval_seconds=3600
    )  # a whole day and an hour
    assert len(await api.items(SEGMENTS, after=f"2026-03-02T{after}")) == found
