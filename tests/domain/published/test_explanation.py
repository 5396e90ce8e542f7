"""Why a number is what it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gridfeed.domain.published.explain import (
    Origin,
    SettlementVersion,
    Vintage,
    explain_telemetry,
    rank_versions,
    rank_vintages,
)
from gridfeed.domain.telemetry.plain import PlainSample, Rule
from gridfeed.domain.words import PointQuality

MINUTE = 60_000_000
MW = 10**12  # in 10^-9 kW
QUARTER = Rule(15 * MINUTE, 0, 15 * MINUTE, linear=False)
GOOD, BAD, SUBSTITUTED = PointQuality.GOOD, PointQuality.BAD, PointQuality.SUBSTITUTED
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sample(minute, megawatts, quality=GOOD, offset=0):
    return PlainSample(minute * MINUTE, megawatts * MW, quality, 1, offset)


def weights(explanation):
    return [
        (part.length // MINUTE, part.left and part.left // MW, part.sample and part.sample.offset)
        for part in explanation.parts
    ]


def test_every_minute_of_an_interval_is_some_samples_or_a_gap():
    told = explain_telemetry(
        [sample(-7, 12, offset=1), sample(3, 18, offset=2), sample(11, 6, BAD, offset=3)],
        QUARTER,
        0,
    )

    assert weights(told) == [(3, 12, 1), (8, 18, 2), (4, None, 3)]
    assert told.parts[0].sample.at < told.start
    assert told.value.energy == 4_090_909_091


def test_the_reasons_name_coverage_decision_and_arithmetic():
    told = explain_telemetry([sample(-7, 12), sample(3, 18), sample(11, 6, BAD)], QUARTER, 0)

    coverage, decision, arithmetic = told.reasons
    assert coverage.startswith("power is known for 660 of 900 s (73.33 %)")
    assert decision == "from 50% to 95% known: estimated, scaled to the interval"
    # Twice 180 MW-minutes, over two hours in microseconds.
    assert arithmetic.startswith("energy = 21600000000000000000000 / 7200000000000 x 900 / 660")
    assert "= 4090909091 x 10^-6 kWh" in arithmetic


def test_an_interval_known_for_less_than_half_says_that_null_is_published():
    told = explain_telemetry([sample(8, 10)], QUARTER, 0)

    assert told.reasons[-1] == "below 50% nothing is published: null, not zero"
    assert weights(told) == [(8, None, None), (7, 10, 0)]
    assert told.parts[0].sample is None


def test_substituted_power_is_named_as_the_cause_of_an_estimate():
    told = explain_telemetry([sample(0, 10), sample(7, 10, SUBSTITUTED)], QUARTER, 0)

    assert told.reasons[1].startswith("less than 95% measured, the rest substituted: estimated")


def test_a_sample_that_another_one_replaced_is_shown():
    told = explain_telemetry([sample(0, 10, offset=4), sample(0, 11, offset=9)], QUARTER, 0)

    assert [each.offset for each in told.replaced] == [4]
    assert weights(told) == [(15, 11, 9)]


def version(number, energy=1, read_at=NOON, offset=0):
    return SettlementVersion(number, energy, "valid", read_at, NOON, Origin(1, offset))


def test_the_highest_settlement_version_counts_though_a_lower_one_came_later():
    ranked = rank_versions([version(1, 20, offset=5), version(0, 10, offset=9)])

    assert [(each.candidate.energy, each.current) for each in ranked] == [(20, True), (10, False)]
    assert ranked[1].why == "settlement version 1 supersedes it"


def test_of_one_version_the_newest_read_counts_and_of_equal_reads_the_last_in_kafka():
    older = version(0, 1, NOON - timedelta(hours=1), offset=9)
    first, last = version(0, 2, offset=7), version(0, 3, offset=8)

    ranked = rank_versions([older, first, last])

    assert [each.candidate for each in ranked] == [last, first, older]
    assert ranked[1].why == "the same version came again, later in Kafka"
    assert ranked[2].why == "a newer read has the same version"


def test_the_newest_vintage_before_the_gate_counts():
    early = Vintage(NOON, True, 5 * MW, None, None, "a", NOON, Origin(1, 1))
    newest = replace(early, issued_at=NOON + timedelta(hours=1))
    late = replace(early, issued_at=NOON + timedelta(hours=2), in_time=False)

    ranked = rank_vintages([late, early, newest])

    assert [each.candidate for each in ranked] == [newest, early, late]
    assert [each.current for each in ranked] == [True, False, False]
    assert ranked[2].why == "issued after the gate"


def test_nothing_counts_when_every_vintage_missed_the_gate():
    late = Vintage(NOON, False, 5 * MW, None, None, None, NOON, Origin(1, 1))

    assert [each.current for each in rank_vintages([late])] == [False]
