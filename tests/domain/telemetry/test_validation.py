from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from gridfeed.domain.settlement.validation import not_a_meter
from gridfeed.domain.telemetry.validation import MeterColumns, Observed, check_telemetry
from gridfeed.domain.words import Reason
from tests.domain.settlement.terms import usual_terms

SECOND, DAY = 1_000_000, 86_400_000_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOW_US = 1_767_225_600_000_000
TERMS = usual_terms(NOW)
# Row 0: 6 kW of tenant a; row 1: 2 GW of tenant b.
METERS = MeterColumns(
    tenants=("a", "b"),
    meter_id=np.array([11, 12]),
    tenant=np.array([0, 1], np.int32),
    capacity=np.array([6 * 10**9, 2 * 10**15]),
)


def checked(*rows, terms=TERMS, meters=METERS):
    """Check rows of (meter's row, seconds from now, kilowatts)."""
    samples = Observed(
        positions=np.arange(len(rows)) * 10,
        meter_numbers=[f"m-{row[0]}" for row in rows],
        meters=np.array([row[0] for row in rows], np.int64),
        observed_at=np.array([NOW_US + row[1] * SECOND for row in rows], np.int64),
        power_kw=np.array([row[2] for row in rows], np.float64),
    )
    accepted, rejected = check_telemetry(samples, meters, terms)
    return accepted, list(rejected)


def refusal_of(row, **given):
    """Return reason and detail of one bad row between two good ones."""
    accepted, rejected = checked((0, 0, 1.0), row, (0, 0, 1.0), **given)
    assert accepted.tolist() == [True, False, True]
    (only,) = rejected
    assert only.position == 10
    return only.reason, only.detail


def test_sound_samples_are_accepted():
    accepted, rejected = checked((0, 0, 60.0), (1, -1000, -3e6), (0, 300, -60.0))
    assert accepted.all()
    assert rejected == []
    assert checked()[1] == []


def test_a_sample_of_an_undeclared_meter_is_unknown():
    assert refusal_of((-1, 0, 1.0)) == (
        Reason.UNKNOWN_METER,
        "meter_number='m--1' is not declared; declare it with gridfeed projects apply",
    )


def test_a_detail_stays_short_however_long_the_number():
    assert len(not_a_meter("m" * 1_000_000).detail) < 200


def test_every_meter_is_unknown_to_an_empty_catalogue():
    none = np.empty(0, np.int64)
    meters = MeterColumns((), none, np.empty(0, np.int32), none)
    accepted, rejected = checked((-1, 0, 1.0), terms=replace(TERMS, tenant="a"), meters=meters)
    assert not accepted.any()
    assert [each.reason for each in rejected] == [Reason.UNKNOWN_METER]


def test_a_sample_of_another_tenant_s_meter_is_not_owned():
    assert refusal_of((1, 0, 1.0), terms=replace(TERMS, tenant="a")) == (
        Reason.NOT_OWNER,
        "meter_number='m-1' does not belong to tenant 'a', who owns this topic",
    )


@pytest.mark.parametrize("power", [float("nan"), float("inf"), float("-inf")])
def test_power_that_is_not_finite_is_refused(power):
    assert refusal_of((0, 0, power)) == (
        Reason.NOT_FINITE,
        f"power_kw is {power}; finite kilowatts are accepted",
    )


def test_a_sample_ahead_of_the_clock_is_in_the_future():
    assert refusal_of((0, 4210, 1.0)) == (
        Reason.FUTURE_TIMESTAMP,
        (
            "observed_at 2026-01-01T01:10:10Z is 4210 s ahead of the clock; "
            "at most GRIDFEED_FUTURE_SECONDS=300"
        ),
    )


def test_an_instant_beyond_the_calendar_is_in_the_future():
    reason, detail = refusal_of((0, 9_000_000_000_000 - NOW_US // SECOND, 1.0))
    assert reason is Reason.FUTURE_TIMESTAMP
    assert detail.startswith("observed_at 287168-08-24T16:00:00Z is")


def test_a_sample_older_than_the_retention_is_too_late():
    days_7300 = 7300 * 86_400
    assert checked((0, -days_7300, 1.0))[1] == []
    assert refusal_of((0, -days_7300 - 1, 1.0)) == (
        Reason.TOO_LATE,
        "observed_at 2006-01-05T23:59:59Z is 7300 days old; at most GRIDFEED_RETENTION_DAYS=7300",
    )


@pytest.mark.parametrize("power", [60.001, -60.001])
def test_power_beyond_capacity_is_out_of_range(power):
    assert refusal_of((0, 0, power)) == (
        Reason.OUT_OF_RANGE,
        (
            f"power_kw={power} is beyond the capacity of 6 kW times GRIDFEED_CAPACITY_FACTOR=10, "
            "or beyond 10 GW"
        ),
    )


def test_no_capacity_lets_more_than_10_gw_through():
    assert checked((1, 0, 1e7))[1] == []
    assert refusal_of((1, 0, 1.0001e7))[0] is Reason.OUT_OF_RANGE


def test_the_first_reason_that_applies_is_given():
    nan, late, future = float("nan"), -(10**9), 10**9
    _, rejected = checked(
        (-1, future, nan), (1, future, nan), (0, future, nan), (0, future, 1e9), (0, late, 1e9),
        (0, 0, 1e9), terms=replace(TERMS, tenant="a"),
    )  # fmt: skip
    assert [(each.position, each.reason) for each in rejected] == [
        (0, Reason.UNKNOWN_METER),
        (10, Reason.NOT_OWNER),
        (20, Reason.NOT_FINITE),
        (30, Reason.FUTURE_TIMESTAMP),
        (40, Reason.TOO_LATE),
        (50, Reason.OUT_OF_RANGE),
    ]
