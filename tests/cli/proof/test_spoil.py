"""Every way of spoiling a message is rejected for the reason that the ledger says."""

from datetime import UTC, datetime

import numpy as np
import pytest

from cli.proof.spoil import Sound, spoil
from gridfeed.avro.decode import TELEMETRY_RECORD, decode_telemetry
from gridfeed.avro.schemas import kept
from gridfeed.avro.writers import Writers
from gridfeed.domain.settlement.validation import Terms
from gridfeed.domain.telemetry.samples import MAX_POWER
from gridfeed.domain.telemetry.validation import MeterColumns, Observed, check_telemetry
from gridfeed.domain.words import Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOUND = Sound("sim-00001", NOW, 812.5)
#: As many numbers as there are ways, and so many rounds that each way varies.
NUMBERS = range(15 * 8)
METERS = MeterColumns(("default",), np.array([1]), np.array([0], np.int32), np.array([MAX_POWER]))


def rejection_of(value, tenant=None):
    telemetry, rejected = decode_telemetry([value], Writers(TELEMETRY_RECORD, kept()))
    if rejected:
        return rejected[0].reason
    number = telemetry.meter_numbers[0]
    observed = Observed(
        telemetry.positions,
        telemetry.meter_numbers,
        np.array([0 if number == SOUND.meter_number else -1]),
        telemetry.observed_at,
        telemetry.power_kw,
    )
    terms = Terms(
        now=NOW,
        tenant=tenant,
        future_seconds=300,
        retention_days=7300,
        capacity_factor=10,
        forecast_days=400,
    )
    _, refused = check_telemetry(observed, METERS, terms)
    return next((each.reason for each in refused), None)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_spoiled_message_is_rejected_for_its_reason(number):
    spoiled = spoil(SOUND, number, foreign_topic=True)

    assert rejection_of(spoiled.value, "acme" if spoiled.foreign else None) is spoiled.reason


def test_the_message_that_is_spoiled_is_sound_before():
    assert rejection_of(SOUND.encoded()) is None


def test_all_reasons_that_telemetry_can_have_are_covered():
    reasons = {spoil(SOUND, number, foreign_topic=True).reason for number in NUMBERS}

    of_other_streams = {
        Reason.MISALIGNED_INTERVAL, Reason.OVERLAPPING_INTERVAL, Reason.LENGTH_MISMATCH,
    }  # fmt: skip
    assert reasons == set(Reason) - of_other_streams


def test_without_a_foreign_topic_no_message_needs_one():
    assert not any(spoil(SOUND, number, foreign_topic=False).foreign for number in NUMBERS)


def test_the_same_sample_and_number_make_the_same_bytes():
    for number in NUMBERS:
        first, second = (spoil(SOUND, number, foreign_topic=True) for _ in range(2))
        assert first == second
