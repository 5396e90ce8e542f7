from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gridfeed.domain.calendar.interval import (
    Interval,
    UntileableError,
    anchor_seconds,
    day_number,
    floor_to_interval,
    is_aligned,
    local_date_of,
    local_day,
    local_days,
    local_month,
)

LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def microseconds(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


LOCAL_DAYS = [  # zone, local date, start, end (UTC), hours, quarter-hours
    ("Europe/Amsterdam", "2025-10-26", "2025-10-25T22:00", "2025-10-26T23:00", 25, 100),
    ("Europe/Amsterdam", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00", 23, 92),
    ("Europe/London", "2026-10-25", "2026-10-24T23:00", "2026-10-26T00:00", 25, 100),
    ("America/Chicago", "2026-03-08", "2026-03-08T06:00", "2026-03-09T05:00", 23, 92),
    ("America/Chicago", "2026-11-01", "2026-11-01T05:00", "2026-11-02T06:00", 25, 100),
    ("America/Los_Angeles", "2026-11-01", "2026-11-01T07:00", "2026-11-02T08:00", 25, 100),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00", "2026-04-05T13:30", 24.5, 98),
    ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30", "2026-10-04T13:00", 23.5, 94),
    # The clocks change at midnight: these two days start at 01:00 local time.
    ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00", "2026-04-24T21:00", 23, 92),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00", "2018-11-05T02:00", 23, 92),
    ("Asia/Kolkata", "2026-03-08", "2026-03-07T18:30", "2026-03-08T18:30", 24, 96),
    ("America/Phoenix", "2026-03-08", "2026-03-08T07:00", "2026-03-09T07:00", 24, 96),
]


@pytest.mark.parametrize("row", LOCAL_DAYS, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_local_day_runs_from_midnight_to_midnight(row):
    zone, day, start, end, hours, quarters = row
    interval = local_day(ZoneInfo(zone), date.fromisoformat(day))
    assert interval == Interval(utc(start), utc(end))
    assert interval.duration == timedelta(hours=hours)
    assert interval.duration == quarters * timedelta(minutes=15)


def test_london_has_50_half_hours_in_autumn_and_46_in_spring():
    autumn = local_day(ZoneInfo("Europe/London"), date(2026, 10, 25))
    spring = local_day(ZoneInfo("Europe/London"), date(2026, 3, 29))
    assert autumn.duration == 50 * timedelta(minutes=30)
    assert spring.duration == 46 * timedelta(minutes=30)


def test_a_day_without_midnight_starts_at_its_first_instant():
    start = local_day(ZoneInfo("Africa/Cairo"), date(2026, 4, 24)).start
    assert start.astimezone(ZoneInfo("Africa/Cairo")).isoformat() == "2026-04-24T01:00:00+03:00"


def test_a_gap_that_begins_before_midnight_starts_the_day_at_the_change_of_clocks():
    # Toronto, 1919-03-30: at 23:30 clocks went to 00:30 of the 31st.
    start = local_day(ZoneInfo("America/Toronto"), date(1919, 3, 31)).start
    assert start == utc("1919-03-31T04:30")


def test_a_midnight_that_comes_twice_starts_the_day_the_first_time():
    # Azores, 2026-10-25: at 01:00 (UTC+0) clocks go back to 00:00 (UTC-1).
    day = local_day(ZoneInfo("Atlantic/Azores"), date(2026, 10, 25))
    assert day == Interval(utc("2026-10-25T00:00"), utc("2026-10-26T01:00"))


def test_minutes_repeated_before_midnight_belong_to_the_day_that_has_begun():
    # St. John's, 2010-11-07: at 00:01 clocks went back to 23:01 of the 6th.
    zone = ZoneInfo("America/St_Johns")
    repeated = utc("2010-11-07T02:31:30")
    assert repeated.astimezone(zone).isoformat() == "2010-11-06T23:01:30-03:30"
    assert local_date_of(zone, repeated) == date(2010, 11, 7)
    assert local_day(zone, date(2010, 11, 7)).start <= repeated


def test_a_date_that_a_zone_skipped_is_refused_and_left_out():
    apia = ZoneInfo("Pacific/Apia")
    with pytest.raises(ValueError, match="Pacific/Apia skipped 2011-12-30"):
        local_day(apia, date(2011, 12, 30))
    span = local_days(apia, utc("2011-12-30T00:00"), utc("2011-12-31T00:00"))
    assert [day for day, _ in span] == [date(2011, 12, 29), date(2011, 12, 31)]
    assert span[0][1].end == span[1][1].start == utc("2011-12-30T10:00")


def test_local_days_are_those_that_share_time_with_the_span():
    zone = ZoneInfo("Europe/Amsterdam")
    start, end = utc("2026-03-28T22:59:59"), utc("2026-03-29T22:00")
    assert [day for day, _ in local_days(zone, start, end)] == [
        date(2026, 3, 28),
        date(2026, 3, 29),
    ]
    after = end + timedelta(microseconds=1)
    assert [day for day, _ in local_days(zone, start, after)][-1] == date(2026, 3, 30)
    assert local_days(zone, end, end) == []


@pytest.mark.parametrize(
    "zone", ["America/St_Johns", "Atlantic/Azores", "Africa/Cairo", "Asia/Amman"]
)
def test_local_days_leave_no_time_out_and_none_twice(zone):
    days = local_days(ZoneInfo(zone), utc("2006-01-01T12:00"), utc("2012-01-01T12:00"))
    assert all(one[1].end == two[1].start for one, two in pairwise(days))
    assert [day for day, _ in days] == [date(2006, 1, 1) + timedelta(n) for n in range(len(days))]


def test_a_local_month_has_its_true_length():
    march = local_month(ZoneInfo("America/Chicago"), date(2026, 3, 31))
    assert march == Interval(utc("2026-03-01T06:00"), utc("2026-04-01T05:00"))
    assert march.duration == timedelta(hours=31 * 24 - 1)
    december = local_month(ZoneInfo("UTC"), date(2026, 12, 1))
    assert december == Interval(utc("2026-12-01T00:00"), utc("2027-01-01T00:00"))


@pytest.mark.parametrize(
    "zone", ["America/St_Johns", "Pacific/Apia", "Africa/Cairo", "Pacific/Kiritimati", "Etc/GMT+12"]
)
def test_day_numbers_are_the_local_dates_of_many_instants(zone):
    start = utc("2009-12-30T00:13:07")
    instants = [start + n * timedelta(hours=5, minutes=31) for n in range(4000)]
    midnights = [day.start for _, day in local_days(ZoneInfo(zone), instants[0], instants[-1])]
    instants += midnights + [at - timedelta(microseconds=1) for at in midnights]
    numbers = day_number(ZoneInfo(zone), np.array([microseconds(at) for at in instants]))
    dates = [date(1970, 1, 1) + timedelta(days=number) for number in numbers.tolist()]
    assert dates == [local_date_of(ZoneInfo(zone), at) for at in instants]


def test_day_numbers_of_no_instants_are_none():
    assert day_number(ZoneInfo("UTC"), np.empty(0, np.int64)).tolist() == []


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        (
            utc("2026-01-01").replace(tzinfo=None),
            utc("2026-01-02"),
            "start=2026-01-01T00:00:00 is not in UTC",
        ),
        (utc("2026-01-01"), utc("2026-01-02").astimezone(LORD_HOWE), "end=.* is not in UTC"),
        # In winter London agrees with UTC, until it does not.
        (datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/London")), utc("2026-07-01"), "not in UTC"),
        (utc("2026-01-01"), utc("2026-01-01"), "end=.* is not after start="),
        (utc("2026-01-02"), utc("2026-01-01"), "end=.* is not after start="),
    ],
)
def test_an_interval_is_in_utc_and_not_empty(start, end, fault):
    with pytest.raises(ValueError, match=fault):
        Interval(start, end)


@pytest.mark.parametrize(
    ("zone", "seconds", "anchor"),
    [
        ("UTC", 86_400, 0),
        ("America/Denver", 300, 0),
        ("America/Denver", 3_600, 0),
        ("Asia/Kolkata", 3_600, 1_800),  # midnight is 18:30 UTC
        ("Asia/Kolkata", 86_400, 66_600),
        ("Asia/Kathmandu", 1_800, 900),  # midnight is 18:15 UTC
        ("Australia/Lord_Howe", 1_800, 0),
        ("America/St_Johns", 3_600, 1_800),
        ("Pacific/Apia", 3_600, 0),
    ],
)
def test_the_anchor_puts_every_local_midnight_on_the_grid(zone, seconds, anchor):
    assert anchor_seconds(zone, seconds) == anchor
    days = local_days(ZoneInfo(zone), utc("2000-01-02"), utc("2050-12-31"))
    assert {day.start.timestamp() % seconds for _, day in days} == {anchor}


@pytest.mark.parametrize(
    ("zone", "seconds", "days", "accepted"),
    [
        ("Australia/Lord_Howe", 3_600, "23.5-hour", "1800, 900, 300 or another divisor of 1800"),
        ("America/Denver", 7_200, "23-hour", "3600, 1800, 900 or another divisor of 3600"),
        ("America/Denver", 86_400, "23-hour", "3600, 1800, 900 or another divisor of 3600"),
        ("UTC", 7, "24-hour", "86400, 3600, 1800 or another divisor of 86400"),
        ("UTC", 0, "24-hour", "86400, 3600, 1800 or another divisor of 86400"),
    ],
)
def test_a_length_that_leaves_a_rest_of_some_day_is_refused(zone, seconds, days, accepted):
    with pytest.raises(UntileableError) as refusal:
        anchor_seconds(zone, seconds)
    assert (
        str(refusal.value)
        == f"interval_seconds={seconds} cannot tile the {days} days of {zone}; use {accepted}"
    )


@pytest.mark.parametrize(
    ("instant", "length", "anchor", "start"),
    [(7, 5, 0, 5), (5, 5, 0, 5), (-1, 5, 0, -5), (-5, 5, 0, -5), (1, 5, 2, -3), (-9, 5, 2, -13)],
)
def test_an_instant_belongs_to_the_interval_that_starts_at_or_before_it(
    instant, length, anchor, start
):
    assert floor_to_interval(instant, length, anchor) == start
    instants = np.array([instant, instant], np.int64)
    assert floor_to_interval(instants, length, anchor).tolist() == [start, start]
    lengths = np.array([length, 1], np.int64)
    anchors = np.array([anchor, 0], np.int64)
    assert floor_to_interval(instants, lengths, anchors).tolist() == [start, instant]


@pytest.mark.parametrize(
    ("start", "seconds", "aligned"),
    [
        ("2026-10-03T13:30", 3_600, True),  # local midnight
        ("2026-10-03T14:00", 3_600, False),
        ("2026-10-04T11:30", 3_600, True),  # the 23rd hour of 23.5
        ("2026-10-04T12:30", 3_600, False),  # half an hour is left of the day
        ("2026-10-04T12:30", 1_800, True),
        ("2026-10-03T13:30", 86_400, False),
        ("2026-10-03T13:30", 0, False),
        ("2026-10-03T13:30", -1_800, False),
        ("2026-10-03T13:30:00.000001", 1_800, False),
        ("2026-10-04T13:00", 3_600, True),  # the next day starts its own grid
    ],
)
def test_reads_start_on_the_grid_of_their_local_day_and_end_within_it(start, seconds, aligned):
    assert is_aligned(utc(start), seconds, LORD_HOWE) is aligned
