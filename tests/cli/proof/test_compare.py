"""Lost, doubled and wrong, to the last digit."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cli.proof.compare import (
    FetchedSample,
    Letter,
    compare_intervals,
    compare_letters,
    compare_samples,
)
from cli.proof.expected import ExpectedSeries
from cli.proof.published import Amount, PublishedInterval
from gridfeed.domain.telemetry.plain import PlainSample, PlainValue, Rule
from gridfeed.domain.words import Channel, PointQuality, ReadingQuality

MINUTE = 60_000_000
RULE = Rule(MINUTE, 0, MINUTE, linear=False)
VALUE = PlainValue(1_234_567, 74_074_020, 80_000_000, ReadingQuality.CALCULATED, MINUTE, 0, 60)
NOTHING = PlainValue(None, None, None, None, 0, MINUTE, 0)
SERIES = ExpectedSeries("m", Channel.GROSS, RULE, [], {0: VALUE, 2 * MINUTE: NOTHING})
BOTH = [0, 2 * MINUTE]


def amount(micro, quality="calculated"):
    return [Amount(Decimal(micro), quality)]


def right():
    return PublishedInterval(amount(1_234_567), amount(74_074_020), amount(80_000_000))


def faults(published, ended=BOTH):
    return [(each.fault.value, each.at) for each in compare_intervals(SERIES, published, ended)]


def test_what_equals_the_ledger_has_no_findings():
    assert faults({0: right()}) == []


def test_an_interval_that_is_not_published_is_lost():
    assert faults({}) == [("lost", 0)]


@pytest.mark.parametrize("part", ["energy", "mean", "peak"])
def test_an_interval_without_one_of_its_amounts_is_lost(part):
    assert faults({0: replace(right(), **{part: []})}) == [("lost", 0)]


def test_an_amount_that_is_published_twice_is_doubled():
    twice = replace(right(), energy=amount(1_234_567) * 2)

    assert faults({0: twice}) == [("doubled", 0)]


@pytest.mark.parametrize("part", ["energy", "mean", "peak"])
def test_a_wrong_last_digit_is_wrong(part):
    (seen,) = getattr(right(), part)
    off_by_one = replace(right(), **{part: amount(seen.micro + 1)})

    assert faults({0: off_by_one}) == [("wrong", 0)]


def test_a_digit_behind_the_last_one_is_wrong():
    assert faults({0: replace(right(), energy=amount("1234567.1"))}) == [("wrong", 0)]


def test_another_quality_is_wrong():
    assert faults({0: replace(right(), peak=amount(80_000_000, "estimated"))}) == [("wrong", 0)]


def test_a_value_where_null_must_be_is_wrong():
    assert faults({0: right(), 2 * MINUTE: right()}) == [("wrong", 2 * MINUTE)]


def test_a_value_where_no_interval_must_be_is_wrong():
    assert faults({0: right(), MINUTE: right()}) == [("wrong", MINUTE)]


def test_values_outside_the_ledgers_time_are_not_its_business():
    assert faults({0: right(), -MINUTE: right(), 3 * MINUTE: right()}) == []


def test_of_intervals_that_have_not_ended_nothing_is_demanded():
    assert faults({}, ended=[2 * MINUTE]) == []


def test_a_finding_says_both_sides_in_kilowatt_hours():
    (finding,) = compare_intervals(SERIES, {0: replace(right(), energy=amount(1_234_568))}, [0])

    assert finding.expected.startswith("energy 1.234567 kWh calculated, mean 74.074020 kW")
    assert finding.found.startswith("energy 1.234568 kWh calculated")
    assert finding.where == "m GROSS"


SAMPLES = [PlainSample(at, 5_000_000_001, PointQuality.GOOD) for at in (1, 3, 5)]
FETCHED = [FetchedSample(at, Decimal(5_000_000_001), "GOOD") for at in (1, 3, 5)]


def sample_faults(fetched):
    return [(each.fault.value, each.at) for each in compare_samples(SAMPLES, fetched, "m GROSS")]


def test_raw_samples_that_equal_the_ledger_have_no_findings():
    assert sample_faults(FETCHED) == []


def test_a_raw_sample_may_be_lost_doubled_wrong_or_too_many():
    assert sample_faults(FETCHED[1:]) == [("lost", 1)]
    assert sample_faults([*FETCHED, FETCHED[0]]) == [("doubled", 1)]
    off = replace(FETCHED[1], power=Decimal(5_000_000_002))
    assert sample_faults([FETCHED[0], off, FETCHED[2]]) == [("wrong", 3)]
    graded = replace(FETCHED[1], quality="BAD")
    assert sample_faults([FETCHED[0], graded, FETCHED[2]]) == [("wrong", 3)]
    assert sample_faults([*FETCHED, replace(FETCHED[0], at=4)]) == [("wrong", 4)]
    assert sample_faults([*FETCHED, replace(FETCHED[0], at=9)]) == []


def letter(offset, reason="undecodable", sha256="ab"):
    return Letter("scada.telemetry", 0, offset, reason, sha256)


def test_dead_letters_are_missing_surplus_or_repeated():
    spoiled = [letter(1), letter(2)]

    exact = compare_letters(spoiled, [letter(2), letter(1)])
    missing = compare_letters(spoiled, [letter(1)])
    surplus = compare_letters(spoiled, [letter(1), letter(2), letter(3)])
    repeated = compare_letters(spoiled, [letter(1), letter(2), letter(2)])

    assert (exact.missing, exact.surplus, exact.repeated) == ([], [], 0)
    assert (missing.missing, missing.surplus) == ([letter(2)], [])
    assert (surplus.missing, surplus.surplus) == ([], [letter(3)])
    assert (repeated.missing, repeated.surplus, repeated.repeated) == ([], [], 1)


@pytest.mark.parametrize("other", [letter(1, reason="too_late"), letter(1, sha256="cd")])
def test_another_reason_or_other_bytes_are_a_missing_and_a_surplus_letter(other):
    comparison = compare_letters([letter(1)], [other])

    assert (comparison.missing, comparison.surplus) == ([letter(1)], [other])
