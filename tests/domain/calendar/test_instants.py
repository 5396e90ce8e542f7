"""One reader of instants: what others write is read, and what is beyond a microsecond dropped."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.instants import read_instant, read_time

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1901, 1, 1), datetime(8999, 12, 31))  # noqa: DTZ001
AT = datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC)


@given(TIMES, OFFSETS, st.text("0123456789", max_size=12), st.sampled_from("Tt "), st.booleans())
def test_any_number_of_decimals_is_read_and_all_beyond_six_are_dropped(
    at: datetime, zone: timezone, beyond: str, separator: str, capital: bool
) -> None:
    local = at.replace(tzinfo=zone)
    text = local.isoformat(separator, "microseconds")
    written = f"{text[:26]}{beyond}{text[26:]}"
    if zone == UTC:
        written = f"{text[:26]}{beyond}{'Z' if capital else 'z'}"
    assert read_instant(written) == local
    assert read_instant(written).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T10:00:00.1234560Z",  # .NET "o", SQL Server: 100 ns
        "2026-03-02T10:00:00.123456000Z",  # Go, InfluxDB, Java's Instant: 1 ns
        "2026-03-02T10:00:00.123456999Z",
        "2026-03-02t10:00:00.123456z",
        "2026-03-02 10:00:00.123456+00:00",
        "2026-03-02T03:00:00.1234567-07:00",
        "20260302T100000.123456Z",
    ],
)
def test_what_others_write_is_the_same_instant(text: str) -> None:
    assert read_instant(text) == AT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-03-02T10:00:00", "without an offset"),
        ("2026-03-02", "without an offset"),
        ("2026-02-29T10:00:00Z", "is not a time: day"),
        ("0001-01-01T00:00:00+14:00", "is not a time"),
        ("9999-12-31T23:59:59-14:00", "is not a time"),
        ("noon", "is not a time"),
        ("", "is not a time"),
    ],
)
def test_what_is_no_instant_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_instant(text)


def test_a_local_time_stays_one() -> None:
    assert read_time("2026-03-02t10:00:00.1234567") == AT.replace(tzinfo=None)
