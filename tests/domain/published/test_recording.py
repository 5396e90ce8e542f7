"""A replay keeps the time of day, in UTC, and never leaves the recording."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.published.recording import Recording

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
START = datetime(2022, 3, 18, 12, tzinfo=UTC)


def hourly(hours: int) -> Recording:
    """Return a recording whose value i, in kW, is that of hour i."""
    return Recording(START, HOUR, tuple(Decimal(i) for i in range(hours)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_recorded_instant_is_replayed_at_itself():
    assert hourly(48).moment(at("2022-03-19T07:30")) == at("2022-03-19T07:30")


def test_a_later_instant_is_shifted_back_by_whole_rounds_of_the_recording():
    # 48 hours of recording are a round of 2 days: 1000 days later is 500 rounds.
    assert hourly(48).power_kw(at("2022-03-19T07:00") + 1000 * DAY) == 19


def test_two_successive_days_are_two_different_recorded_days():
    recording = hourly(48)
    noon = at("2026-06-01T12:00")
    assert {recording.power_kw(noon), recording.power_kw(noon + DAY)} == {Decimal(0), Decimal(24)}


def test_what_the_last_day_lacks_is_taken_from_the_day_before():
    # 43 hours end at 07:00 on the 20th: a round is 2 days, and 07:00 to 12:00 was recorded once.
    recording = hourly(43)
    assert recording.moment(at("2022-03-20T07:00")) == at("2022-03-19T07:00")
    assert recording.moment(at("2022-03-20T11:00")) == at("2022-03-19T11:00")
    assert recording.moment(at("2022-03-20T12:00")) == at("2022-03-18T12:00")


@given(
    hours=st.integers(24, 100),
    instant=st.datetimes(
        datetime(1990, 1, 1),  # noqa: DTZ001
        datetime(2060, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
)
def test_every_instant_has_a_recorded_moment_at_the_same_time_of_day_in_utc(
    hours: int, instant: datetime
):
    recording = hourly(hours)
    moment = recording.moment(instant)
    assert recording.start <= moment < recording.end
    assert (instant - moment) % DAY == timedelta(0)


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_a_change_of_clocks_neither_skips_nor_repeats_a_value(day: str):
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("America/Denver"))
    first = midnight.astimezone(UTC)
    replayed = [hourly(48).power_kw(first + i * HOUR) for i in range(26)]
    assert all((b - a) % 48 == 1 for a, b in itertools.pairwise(replayed))


def test_power_between_two_recorded_values_is_linear():
    assert hourly(48).power_kw(at("2022-03-18T15:15")) == Decimal("3.25")


def test_the_mean_is_that_of_the_recorded_values_in_the_interval():
    assert hourly(48).mean_kw(at("2022-03-18T15:00"), 4 * HOUR) == Decimal("4.5")  # 3, 4, 5, 6


def test_a_mean_over_part_of_a_step_is_refused():
    with pytest.raises(ValueError, match="no multiple of the recording's step 1:00:00"):
        hourly(48).mean_kw(START, timedelta(minutes=90))


def test_less_than_a_day_cannot_be_replayed():
    with pytest.raises(ValueError, match="at least 24 hours"):
        hourly(23)
