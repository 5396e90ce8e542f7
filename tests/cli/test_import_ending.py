"""Interval-ending times: golden days of 23, 24 and 25 hours, by both customs of naming ends."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cli.imports.dialect import Dialect
from gridfeed.kafka.topics import Stream
from tests.cli.sheets import READS, faults, said

ENDING = Dialect(ending=True)
ZONES = ["Europe/Amsterdam", "America/Denver", "Australia/Lord_Howe", "Atlantic/Azores"]


def reads(ends: list[str], seconds: int) -> str:
    return "\n".join([READS, *(f"m,{end},{seconds},{n}" for n, end in enumerate(ends)), ""])


def starts(ends: list[str], seconds: int, zone: str | None) -> list[datetime]:
    found = said(Stream.READS, reads(ends, seconds), ENDING, zone)
    assert [int(each["energy_kwh"]) for each in found] == list(range(len(ends)))
    return [each["interval_start"] for each in found]


def intervals(day: str, zone: str, minutes: int) -> list[tuple[datetime, datetime]]:
    """The intervals of a local day as (start, end) in UTC."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    begin, end = (at.astimezone(UTC) for at in (midnight, (midnight + timedelta(days=1))))
    step = timedelta(minutes=minutes)
    return [(begin + n * step, begin + (n + 1) * step) for n in range((end - begin) // step)]


def shown(instant: datetime, zone: str) -> str:
    """An end by what the clocks show then."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def counted(start: datetime, zone: str, minutes: int) -> str:
    """An end by what the clocks showed at the start, and the length."""
    local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return f"{local + timedelta(minutes=minutes):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("day", ["2025-10-26", "2026-03-29", "2026-06-01"])
@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_a_day_of_25_23_or_24_hours_by_either_custom(day: str, minutes: int) -> None:
    zone = "Europe/Amsterdam"
    whole = intervals(day, zone, minutes)
    assert len(whole) * minutes == {"10-26": 25, "03-29": 23}.get(day[5:], 24) * 60
    expected = [start for start, _ in whole]
    by_clock = [shown(end, zone) for _, end in whole]
    assert starts(by_clock, minutes * 60, zone) == expected
    by_count = [counted(start, zone, minutes) for start, _ in whole]
    assert starts(by_count, minutes * 60, zone) == expected


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("custom", ["clock", "count"])
def test_weeks_of_half_hours_come_back_in_every_zone(zone: str, custom: str) -> None:
    whole = [
        first + timedelta(minutes=30 * n)
        for first in (datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))
        for n in range(35 * 48)
    ]
    ends = [
        shown(start + timedelta(minutes=30), zone)
        if custom == "clock"
        else counted(start, zone, 30)
        for start in whole
    ]
    assert starts(ends, 1800, zone) == whole


def test_the_golden_hours_of_the_night_that_is_25_hours_long() -> None:
    # 03:00 CEST is 02:00 CET at 01:00 UTC.
    by_clock = [f"2025-10-26 {at}" for at in ("01:00", "02:00", "02:00", "03:00", "04:00")]
    by_count = [f"2025-10-26 {at}" for at in ("01:00", "02:00", "03:00", "03:00", "04:00")]
    for ends in (by_clock, by_count):
        found = starts(ends, 3600, "Europe/Amsterdam")
        assert [f"{at:%H:%M}" for at in found] == ["22:00", "23:00", "00:00", "01:00", "02:00"]


@pytest.mark.parametrize(
    "times",
    [
        ("01:45", "03:00", "03:15"),  # 01:00 or 02:00 UTC?
        ("01:45", "02:00", "02:15", "03:00", "03:15"),  # one pass is missing: which?
        ("02:00", "02:30", "03:00", "02:00", "02:30", "03:00"),  # 01:00 UTC under both names
        ("02:15", "02:45", "03:30", "02:15", "02:45"),  # a later row in between
    ],
)
def test_where_order_does_not_tell_the_lines_are_refused(times: tuple[str, ...]) -> None:
    ends = [f"2025-10-26 {at}" for at in times]
    told = faults(Stream.READS, reads(ends, 900), ENDING, "Europe/Amsterdam")
    assert len(told) == 1
    assert "comes twice in Europe/Amsterdam, and the order of lines" in told[0]
    assert "does not say which pass is meant" in told[0]


def test_an_end_inside_the_skipped_hour_is_refused() -> None:
    told = faults(Stream.READS, reads(["2026-03-29 02:30"], 900), ENDING, "Europe/Amsterdam")
    assert len(told) == 1
    assert told[0].startswith("2: interval_start: 2026-03-29 02:30:00 does not exist: clocks in")


@pytest.mark.parametrize("end", ["2026-03-01 24:00", "2026-03-01T24:00:00.000", "2026-03-02 00:00"])
def test_24_00_is_the_end_of_the_day(end: str) -> None:
    (start,) = starts([end], 900, "Europe/Amsterdam")
    assert start == datetime(2026, 3, 1, 22, 45, tzinfo=UTC)


def test_ends_with_an_offset_need_no_zone() -> None:
    (start,) = starts(["2026-03-01T24:00+01:00"], 3600, None)
    assert start == datetime(2026, 3, 1, 22, tzinfo=UTC)
