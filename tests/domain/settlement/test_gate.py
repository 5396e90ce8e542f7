"""When a forecast was issued in time: the gates that projects declare, and those by default."""

from datetime import UTC, datetime, time, timedelta

import pytest

from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.settlement.gate import in_time
from gridfeed.domain.words import Product

MICROSECOND = timedelta(microseconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def project(timezone: str = "Europe/Amsterdam", gate: str | None = None, lead: int | None = None):
    return Project(
        cds_productionproject_id="p", tenant="t", name="P", timezone=timezone, interval_seconds=900,
        interval_anchor_seconds=0,
        day_ahead_gate=None if gate is None else time.fromisoformat(gate),
        hour_ahead_lead_minutes=lead,
    )  # fmt: skip


def last_in_time(interval_start: str, given: Project, guess: str) -> bool:
    """Return whether `guess` is the very last instant at which a day-ahead forecast counts."""
    start, issued_at = at(interval_start), at(guess)
    day_ahead = Product.DAY_AHEAD
    return in_time(day_ahead, issued_at, start, given) and not in_time(
        day_ahead, issued_at + MICROSECOND, start, given
    )


def test_without_a_gate_a_day_ahead_forecast_is_issued_before_the_local_day():
    # 2026-01-15 begins at 23:00 UTC in Amsterdam.
    for start in ("2026-01-14 23:00", "2026-01-15 11:00", "2026-01-15 22:45"):
        assert last_in_time(start, project(), "2026-01-14 22:59:59.999999")


def test_without_a_lead_an_hour_ahead_forecast_is_issued_before_the_interval():
    start = at("2026-01-15 11:00")
    assert in_time(Product.HOUR_AHEAD, start - MICROSECOND, start, project())
    assert not in_time(Product.HOUR_AHEAD, start, start, project())


@pytest.mark.parametrize(
    ("lead", "last"),
    [(60, "2026-01-15 10:00"), (75, "2026-01-15 09:45"), (0, "2026-01-15 11:00")],
)
def test_a_lead_lets_through_what_is_issued_at_its_very_instant(lead, last):
    start = at("2026-01-15 11:00")
    given = project(lead=lead)
    assert in_time(Product.HOUR_AHEAD, at(last), start, given)
    assert not in_time(Product.HOUR_AHEAD, at(last) + MICROSECOND, start, given)


@pytest.mark.parametrize(
    ("day", "gate", "first", "end"),
    [
        # local day, noon of the day before (UTC), its first and its last instant (UTC).
        ("a day of 24 hours", "2026-01-14 11:00", "2026-01-14 23:00", "2026-01-15 23:00"),
        ("2026-03-29, 23 hours", "2026-03-28 11:00", "2026-03-28 23:00", "2026-03-29 22:00"),
        ("the day after it", "2026-03-29 10:00", "2026-03-29 22:00", "2026-03-30 22:00"),
        ("2025-10-26, 25 hours", "2025-10-25 10:00", "2025-10-25 22:00", "2025-10-26 23:00"),
        ("the day after it", "2025-10-26 11:00", "2025-10-26 23:00", "2025-10-27 23:00"),
    ],
)
def test_a_gate_at_noon_is_noon_of_the_day_before_for_the_whole_day(day, gate, first, end):
    given = project(gate="12:00")
    assert last_in_time(first, given, gate)
    assert last_in_time(str(at(end) - timedelta(minutes=15)).removesuffix("+00:00"), given, gate)
    assert not last_in_time(end, given, gate), "the next day has the next noon"


@pytest.mark.parametrize(
    ("first", "end", "hours"),
    [
        ("2026-01-14 23:00", "2026-01-15 23:00", (12, 36)),
        ("2026-03-28 23:00", "2026-03-29 22:00", (12, 35)),
        ("2025-10-25 22:00", "2025-10-26 23:00", (12, 37)),
    ],
)
def test_the_horizons_of_a_gate_at_noon_span_12_to_36_hours_and_an_hour_less_or_more(
    first, end, hours
):
    given = project(gate="12:00")
    nearest, farthest = (timedelta(hours=each) for each in hours)
    gate = at(first) - nearest
    assert at(end) - gate == farthest
    assert last_in_time(first, given, str(gate).removesuffix("+00:00"))


@pytest.mark.parametrize(
    ("gate", "instant"),
    [
        ("01:59", "2026-03-29 00:59"),
        ("02:00", "2026-03-29 01:00"),  # 02:00 to 03:00 is missing: 03:00 summer time
        ("02:30", "2026-03-29 01:30"),  # 03:30
        ("03:00", "2026-03-29 01:00"),
    ],
)
def test_a_gate_that_clocks_skip_is_as_much_later_as_they_skip(gate, instant):
    assert last_in_time("2026-03-30 10:00", project(gate=gate), instant)


@pytest.mark.parametrize(
    ("gate", "instant"),
    [
        ("01:59", "2025-10-25 23:59"),
        ("02:30", "2025-10-26 00:30"),  # and again at 01:30 UTC
        ("03:00", "2025-10-26 02:00"),
    ],
)
def test_a_gate_that_clocks_show_twice_is_the_first(gate, instant):
    assert last_in_time("2025-10-27 10:00", project(gate=gate), instant)


def test_the_day_before_is_the_local_one():
    # 17:00 UTC on the 14th is 02:00 on the 15th in Tokyo, 07:00 on the 14th in Honolulu.
    assert last_in_time("2026-01-14 17:00", project("Asia/Tokyo", "12:00"), "2026-01-14 03:00")
    assert last_in_time(
        "2026-01-14 17:00", project("Pacific/Honolulu", "12:00"), "2026-01-13 22:00"
    )


def test_a_date_that_a_zone_skipped_is_no_day_before():
    # Apia had no 2011-12-30; the 29th ended at 10:00 UTC on the 30th, noon was at 22:00.
    assert last_in_time("2011-12-30 12:00", project("Pacific/Apia", "12:00"), "2011-12-29 22:00")


def test_a_project_s_gates_are_of_their_own_product():
    given = project(gate="12:00", lead=60)
    start = at("2026-01-15 11:00")
    assert in_time(Product.HOUR_AHEAD, at("2026-01-15 09:00"), start, given)
    assert not in_time(Product.DAY_AHEAD, at("2026-01-15 09:00"), start, given)
