"""Months sum to their days and days to their intervals, to the last digit, over changes of clocks.

The vectors are local days of eight zones, computed with zoneinfo and by hand.
"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from gridfeed.domain.calendar.interval import local_day, local_month
from tests.api.application import Application
from tests.api.builders import Store, utc
from tests.api.comparisons.series_builder import SERIES

#: Zone, the day that clocks change, its first and last instant in UTC, its quarter-hours.
DAYS = [
    ("Europe/Amsterdam", "2025-10-26", "2025-10-25 22:00", "2025-10-26 23:00", 100),
    ("Europe/Amsterdam", "2026-03-29", "2026-03-28 23:00", "2026-03-29 22:00", 92),
    ("Europe/London", "2026-10-25", "2026-10-24 23:00", "2026-10-26 00:00", 100),
    ("America/Chicago", "2026-03-08", "2026-03-08 06:00", "2026-03-09 05:00", 92),
    ("America/Chicago", "2026-11-01", "2026-11-01 05:00", "2026-11-02 06:00", 100),
    ("America/Los_Angeles", "2026-11-01", "2026-11-01 07:00", "2026-11-02 08:00", 100),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-04 13:00", "2026-04-05 13:30", 98),
    ("Australia/Lord_Howe", "2026-10-04", "2026-10-03 13:30", "2026-10-04 13:00", 94),
    ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00", "2026-04-24 21:00", 92),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00", "2018-11-05 02:00", 92),
    ("Asia/Kolkata", "2026-03-08", "2026-03-07 18:30", "2026-03-08 18:30", 96),
]
ROWS = """
  INSERT INTO interval_value (meter_id, production_format, channel, interval_start,
    interval_seconds, energy_microkwh, quality)
  SELECT $1, 'scada', 'GROSS', t, 900,
    (extract(epoch FROM t)::bigint / 900 * 7919 + 1) % 1000003 - 1000, 'calculated'
  FROM generate_series($2::timestamptz, $3::timestamptz - interval '15 minutes',
    interval '15 minutes') AS t
"""


async def fill(store: Store, zone: str, start: datetime, end: datetime) -> None:
    anchor = int(start.timestamp()) % 900
    await store.project(timezone=zone, interval_seconds=900)
    await store.execute("UPDATE project SET interval_anchor_seconds = $1", anchor)
    meter_id = await store.meter()
    await store.client()
    await store.execute(ROWS, meter_id, start, end)
    await store.execute("INSERT INTO series VALUES ($1, 'scada', 'GROSS', now())", meter_id)


async def rows(
    api: Application, start: datetime, end: datetime, interval: object
) -> list[tuple[str, Decimal]]:
    answer = await api.get(SERIES, meter_number="m", start=start.isoformat(), end=end.isoformat(),
                           interval=interval)  # fmt: skip
    assert answer.status_code == 200, answer.text
    text = answer.text.partition('"rows":[')[2].removesuffix("]}")
    pairs = [row.split(",") for row in text.strip("[]").split("],[")]
    return [(start, Decimal(value)) for start, value in pairs]


@pytest.mark.parametrize("vector", DAYS, ids=lambda vector: f"{vector[0]} {vector[1]}")
async def test_a_month_is_its_days_and_a_day_its_intervals(
    store: Store, api: Application, vector: tuple[str, str, str, str, int]
) -> None:
    zone, day, start, end, quarters = vector
    span = local_day(ZoneInfo(zone), utc(day).date())
    assert (span.start, span.end) == (utc(start), utc(end))
    month = local_month(ZoneInfo(zone), utc(day).date())
    await fill(store, zone, month.start, month.end)
    ((name, whole),) = await rows(api, month.start, month.end, "month")
    assert name == f'"{month.start:%Y-%m-%dT%H:%M:%SZ}"'
    days = await rows(api, month.start, month.end, "day")
    assert sum(value for _, value in days) == whole
    assert f'"{span.start:%Y-%m-%dT%H:%M:%SZ}"' in dict(days)
    parts = await rows(api, span.start, span.end, 900)
    assert len(parts) == quarters
    assert sum(value for _, value in parts) == dict(days)[f'"{span.start:%Y-%m-%dT%H:%M:%SZ}"']
    halves = await rows(api, month.start, month.end, 1800)
    assert sum(value for _, value in halves) == whole
    stored = (await store.execute("SELECT sum(energy_microkwh) AS n FROM interval_value"))[0]["n"]
    assert whole == Decimal(stored) / 1_000_000


async def test_a_month_is_missing_if_one_interval_of_the_repeated_hour_is(
    store: Store, api: Application
) -> None:
    zone, repeated = "Europe/Amsterdam", utc("2025-10-26 01:15")  # the second 02:15 of that night
    month = local_month(ZoneInfo(zone), utc("2025-10-26").date())
    await fill(store, zone, month.start, month.end)
    await store.execute("DELETE FROM interval_value WHERE interval_start = $1", repeated)
    asked = {"meter_number": "m", "start": month.start.isoformat(), "end": month.end.isoformat(),
             "include": "counts"}  # fmt: skip
    ((_, *of_month),) = (await api.get(SERIES, interval="month", **asked)).json()["rows"]
    assert of_month == [None, 31 * 96 + 4 - 1, 31 * 96 + 4, 0]
    days = [row[1:] for row in (await api.get(SERIES, interval="day", **asked)).json()["rows"]]
    assert [numbers[1:] for numbers in days if numbers[0] is None] == [[99, 100, 0]]


async def test_hours_are_refused_where_a_day_has_half_of_one(
    store: Store, api: Application
) -> None:
    await store.project(timezone="Australia/Lord_Howe", interval_seconds=1800)
    await store.meter()
    await store.client()
    day = {"start": "2026-04-04T13:00:00Z", "end": "2026-04-05T13:30:00Z"}
    answer = await api.get(SERIES, meter_number="m", interval=3600, **day)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "interval")
    assert "1800" in answer.json()["detail"]


async def test_days_are_named_by_their_start(store: Store, api: Application) -> None:
    await store.project(timezone="America/Denver", interval_seconds=900)
    await store.meter()
    await store.client()
    answer = await api.get(SERIES, meter_number="m", interval="day", start="2026-03-07T00:00:00Z",
                           end="2026-03-10T00:00:00Z")  # fmt: skip
    starts = [row[0] for row in answer.json()["rows"]]
    assert starts == ["2026-03-07T07:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"]
