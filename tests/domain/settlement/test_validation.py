from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gridfeed.domain.settlement.messages import Forecast, RevenueRead
from gridfeed.domain.settlement.validation import check_forecast, check_read
from gridfeed.domain.words import Channel, Product, ReadQuality, Reason
from tests.domain.settlement.terms import METER, usual_terms

NOW = datetime(2026, 1, 2, tzinfo=UTC)
# Local midnight of 2026-01-01 in Denver, which is UTC-7.
START = datetime(2026, 1, 1, 7, tzinfo=UTC)
TERMS = usual_terms(NOW)
READ = RevenueRead("m", START, 900, 1_500_000, Channel.NET, ReadQuality.REVENUE, 0, NOW)
FORECAST = Forecast("m", Product.DAY_AHEAD, NOW, START, 300, (1.0, 2.0), (0.5, 1.0), None)


def refusal_of(read=READ, meter=METER, terms=TERMS, **changed):
    refusal = check_read(replace(read, **changed), meter, terms)
    return None if refusal is None else (refusal.reason, refusal.detail)


def forecast_refusal(forecast=FORECAST, meter=METER, terms=TERMS, **changed):
    refusal = check_forecast(replace(forecast, **changed), meter, terms)
    return None if refusal is None else (refusal.reason, refusal.detail)


def test_a_sound_read_is_accepted():
    assert refusal_of() is None
    assert refusal_of(terms=replace(TERMS, tenant="a")) is None


def test_a_read_of_an_undeclared_meter_is_unknown():
    assert refusal_of(meter=None) == (
        Reason.UNKNOWN_METER,
        "meter_number='m' is not declared; declare it with gridfeed projects apply",
    )


def test_a_read_of_another_tenant_s_meter_is_not_owned():
    assert refusal_of(terms=replace(TERMS, tenant="b")) == (
        Reason.NOT_OWNER,
        "meter_number='m' does not belong to tenant 'b', who owns this topic",
    )


@pytest.mark.parametrize("seconds", [0, -900, 86_401, 2**40])
def test_a_read_of_no_length_or_more_than_a_day_is_misaligned(seconds):
    reason, detail = refusal_of(interval_seconds=seconds)
    assert reason is Reason.MISALIGNED_INTERVAL
    assert detail == f"interval_seconds={seconds}; 1 to 86400 is accepted"


@pytest.mark.parametrize(("minutes", "seconds"), [(1, 900), (15, 1800), (22 * 60, 10_800)])
def test_a_read_off_the_grid_from_local_midnight_is_misaligned(minutes, seconds):
    at = START + timedelta(minutes=minutes)
    reason, detail = refusal_of(interval_start=at, interval_seconds=seconds)
    assert reason is Reason.MISALIGNED_INTERVAL
    assert "America/Denver" in detail


def test_a_read_that_ends_ahead_of_the_clock_is_in_the_future():
    start = datetime(2026, 1, 2, 0, 0, tzinfo=UTC)
    assert refusal_of(interval_start=start, interval_seconds=300) is None
    assert refusal_of(interval_start=start, interval_seconds=900) == (
        Reason.FUTURE_TIMESTAMP,
        (
            "the interval's end 2026-01-02T00:15:00Z is 900 s ahead of the clock; "
            "at most GRIDFEED_FUTURE_SECONDS=300"
        ),
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_energy_beyond_capacity_is_out_of_range(sign):
    # 6 kW x 10 x 900 s = 15 kWh
    assert refusal_of(energy_microkwh=sign * 15_000_000) is None
    reason, detail = refusal_of(energy_microkwh=sign * 15_000_001)
    assert reason is Reason.OUT_OF_RANGE
    assert detail == (
        f"energy_kwh={'-' if sign < 0 else ''}15.000001 in 900 s is beyond the capacity of 6 kW "
        "times GRIDFEED_CAPACITY_FACTOR=10, or beyond 10 GW"
    )


@pytest.mark.parametrize("number", [-1, 2**31])
def test_a_settlement_version_that_cannot_be_counted_is_out_of_range(number):
    assert refusal_of(settlement_version=2**31 - 1) is None
    assert refusal_of(settlement_version=number)[0] is Reason.OUT_OF_RANGE


def test_a_sound_forecast_is_accepted():
    assert forecast_refusal() is None
    assert forecast_refusal(terms=replace(TERMS, tenant="a")) is None


def test_a_forecast_reaches_ahead_of_the_clock():
    assert forecast_refusal(start=START + timedelta(days=300)) is None


def test_a_forecast_of_an_undeclared_meter_is_unknown():
    assert forecast_refusal(meter=None)[0] is Reason.UNKNOWN_METER


def test_a_forecast_of_another_tenant_s_meter_is_not_owned():
    assert forecast_refusal(terms=replace(TERMS, tenant="b"))[0] is Reason.NOT_OWNER


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"power_kw": ()}, "power_kw is empty; at least one interval is needed"),
        ({"p10_kw": (1.0,)}, "p10_kw has 1 values and power_kw 2"),
        ({"p90_kw": (1.0, 2.0, 3.0)}, "p90_kw has 3 values and power_kw 2"),
        (
            {"power_kw": (1.0,) * 14_401, "p10_kw": None, "interval_seconds": 1},
            "14401 intervals; at most 14400 are accepted in one message",
        ),
        (
            {"power_kw": (1.0,) * 2881, "p10_kw": None},
            "2881 intervals of 300 s; at most 10 days are accepted",
        ),
    ],
)
def test_a_forecast_of_another_length_mismatches(changed, detail):
    assert forecast_refusal(**changed) == (Reason.LENGTH_MISMATCH, detail)


def test_a_forecast_of_14400_intervals_is_accepted():
    values = (1.0,) * 14_400
    assert forecast_refusal(power_kw=values, p10_kw=None, interval_seconds=60) is None


def test_a_model_of_200_characters_is_accepted_and_one_of_201_is_out_of_range():
    assert forecast_refusal(model="\U0001f31e" * 200) is None
    reason, detail = forecast_refusal(model="m" * 201)
    assert reason is Reason.OUT_OF_RANGE
    assert "has 201 characters; at most 200 are accepted" in detail


def test_a_meter_number_that_no_project_file_could_declare_is_out_of_range():
    reason, detail = refusal_of(replace(READ, meter_number="m" * 201), meter=None)
    assert reason is Reason.OUT_OF_RANGE
    assert "has 201 characters; at most 200 are accepted" in detail


def test_a_read_of_7301_days_ago_is_too_late():
    day = timedelta(days=1)
    assert refusal_of(interval_start=START - 7299 * day) is None
    assert refusal_of(interval_start=START - 7300 * day) == (
        Reason.TOO_LATE,
        (
            "interval_start 2006-01-06T07:00:00Z is 7300 days old; "
            "at most GRIDFEED_RETENTION_DAYS=7300"
        ),
    )


def test_a_forecast_of_7301_days_ago_is_too_late():
    assert forecast_refusal(start=START - timedelta(days=7300))[0] is Reason.TOO_LATE


def test_a_forecast_reaches_400_days_ahead_and_no_further():
    # Both intervals together are ten minutes.
    last = NOW + timedelta(days=400, minutes=-10)
    assert forecast_refusal(start=last) is None
    assert forecast_refusal(start=last + timedelta(minutes=5)) == (
        Reason.FUTURE_TIMESTAMP,
        (
            "the forecast's end 2027-02-06T00:05:00Z is 400 days ahead of the clock; "
            "at most GRIDFEED_FORECAST_DAYS=400"
        ),
    )


def test_a_forecast_of_ten_days_is_accepted():
    assert forecast_refusal(power_kw=(1.0,) * 2880, p10_kw=None) is None


@pytest.mark.parametrize("field", ["power_kw", "p10_kw", "p90_kw"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_forecast_that_is_not_finite_is_refused(field, value):
    assert forecast_refusal(**{field: (1.0, value)}) == (
        Reason.NOT_FINITE,
        f"{field}[1] is {value}; finite kilowatts are accepted",
    )


@pytest.mark.parametrize("seconds", [0, -300, 86_401])
def test_a_forecast_of_intervals_of_no_length_is_misaligned(seconds):
    assert forecast_refusal(interval_seconds=seconds)[0] is Reason.MISALIGNED_INTERVAL


def test_a_forecast_off_the_grid_is_misaligned():
    start = START + timedelta(seconds=1)
    assert forecast_refusal(start=start)[0] is Reason.MISALIGNED_INTERVAL


@pytest.mark.parametrize(("hours", "accepted"), [(1, True), (2, False)])
def test_every_interval_of_a_forecast_must_be_aligned(hours, accepted):
    """2026-03-08 has 23 hours in Denver, so of two hours each the last one reaches into the 9th."""
    refusal = forecast_refusal(
        start=datetime(2026, 3, 7, 7, tzinfo=UTC), interval_seconds=hours * 3600,
        power_kw=(1.0,) * (48 // hours), p10_kw=None,
    )  # fmt: skip
    assert (refusal is None) is accepted
    if not accepted:
        assert refusal[0] is Reason.MISALIGNED_INTERVAL
        assert "7200 s from 2026-03-09T05:00:00Z" in refusal[1]


def test_a_forecast_may_stop_within_a_day_that_its_intervals_do_not_tile():
    assert (
        forecast_refusal(
            start=datetime(2026, 3, 8, 7, tzinfo=UTC), interval_seconds=7200,
            power_kw=(1.0,) * 11, p10_kw=None,
        )
        is None
    )  # fmt: skip


def test_a_forecast_issued_ahead_of_the_clock_is_in_the_future():
    assert forecast_refusal(issued_at=NOW + timedelta(seconds=300)) is None
    reason, detail = forecast_refusal(issued_at=NOW + timedelta(seconds=301))
    assert reason is Reason.FUTURE_TIMESTAMP
    assert detail.startswith("issued_at 2026-01-02T00:05:01Z is 301 s ahead")


@pytest.mark.parametrize("field", ["power_kw", "p10_kw", "p90_kw"])
def test_a_forecast_beyond_capacity_is_out_of_range(field):
    assert forecast_refusal(**{field: (60.0, -60.0)}) is None
    reason, detail = forecast_refusal(**{field: (1.0, -60.001)})
    assert reason is Reason.OUT_OF_RANGE
    assert detail.startswith("-60.001 kW is beyond the capacity of 6 kW")


def test_no_capacity_lets_more_than_10_gw_through():
    huge = replace(METER, capacity_kw=Decimal(10**9))
    assert forecast_refusal(meter=huge, power_kw=(1e7, 1.0)) is None
    assert forecast_refusal(meter=huge, power_kw=(1.0001e7, 1.0))[0] is Reason.OUT_OF_RANGE
