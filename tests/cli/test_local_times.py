"""Local times of a zone: the hour that comes twice, and the one that does not come."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cli.imports.local_times import LocalTimes, only_instant

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def twice(times, zone=AMSTERDAM, series="m"):
    """Read rows of one day twice, as a file is; return UTC times, or the fault's lines."""
    local = LocalTimes(zone)
    rows = [(line, datetime.fromisoformat(time)) for line, time in enumerate(times, 2)]
    for line, at in rows:
        local.instant(at, line, series)
    faults = list(local.settle())
    if faults:
        ((fault, lines),) = faults
        return fault, lines
    return [f"{local.instant(at, line, series):%H:%M}" for line, at in rows]


def on(day, *times):
    return [f"{day}T{time}" for time in times]


def test_a_usual_time_is_what_the_zone_says():
    assert twice(on("2026-07-01", "12:00")) == ["10:00"]


def test_rows_step_back_once_where_the_hour_comes_again():
    # 2025-10-26: 03:00 CEST is 02:00 CET; 02:30 is 00:30 UTC, then 01:30 UTC.
    times = on("2025-10-26", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00")
    assert twice(times) == ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]


def test_two_equal_hours_are_one_and_the_other():
    assert twice(on("2025-10-26", "01:00", "02:00", "02:00", "03:00")) == [
        "23:00",
        "00:00",
        "01:00",
        "02:00",
    ]


def test_lord_howe_has_half_an_hour_twice():
    times = on("2026-04-05", "01:15", "01:30", "01:45", "01:30", "01:45", "02:00")
    assert twice(times, ZoneInfo("Australia/Lord_Howe")) == [
        "14:15",
        "14:30",
        "14:45",
        "15:00",
        "15:15",
        "15:30",
    ]


@pytest.mark.parametrize(
    "times",
    [
        ("01:30", "02:00", "02:30", "03:00"),  # one of the two hours is missing: which?
        ("01:30", "02:00", "02:00", "02:30", "03:00"),  # a row doubled, or half an hour missing
        ("01:30", "02:00", "02:30", "02:00", "02:30", "02:00", "03:00"),  # three times
        ("01:30", "02:00", "02:30", "03:00", "02:00", "02:30"),  # a later row in between
        ("03:00", "02:30", "02:00", "02:30", "02:00", "01:30"),  # newest first
    ],
)
def test_where_order_does_not_tell_the_lines_are_refused(times):
    fault, lines = twice(on("2025-10-26", *times))
    assert fault.line == lines[0] == 3
    assert "comes twice in Europe/Amsterdam" in fault.text
    assert "2025-10-26T02:" in fault.text
    assert "+02:00 or 2025-10-26T02:" in fault.text


def test_every_meter_has_an_order_of_its_own():
    # Two loggers, row by row: each steps back once, the file four times.
    local = LocalTimes(AMSTERDAM)
    rows = [
        (line, meter, datetime(2025, 10, 26, 2, minute))
        for line, (meter, minute) in enumerate(
            (meter, minute) for minute in (0, 30, 0, 30) for meter in ("a", "b")
        )
    ]
    for line, meter, at in rows:
        local.instant(at, line, meter)
    assert list(local.settle()) == []
    found = [f"{local.instant(at, line, meter):%H:%M}" for line, meter, at in rows]
    assert found == ["00:00", "00:00", "00:30", "00:30", "01:00", "01:00", "01:30", "01:30"]


def test_a_time_that_the_clocks_skipped_is_refused():
    with pytest.raises(ValueError, match="02:30:00 does not exist: clocks in Europe/Amsterdam"):
        LocalTimes(AMSTERDAM).instant(datetime(2026, 3, 29, 2, 30), 2, "m")


def test_a_time_on_its_own_must_come_once():
    assert only_instant(AMSTERDAM, datetime(2026, 1, 1)) == datetime(2025, 12, 31, 23, tzinfo=UTC)
    with pytest.raises(ValueError, match="comes twice in Europe/Amsterdam; write its offset"):
        only_instant(AMSTERDAM, datetime(2025, 10, 26, 2, 30))
