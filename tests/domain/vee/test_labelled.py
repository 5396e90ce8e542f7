"""The checks' defaults on two recordings whose faults somebody labelled.

The defaults come from how plants behave (docs/validation.md), not from these labels. Measured:
stuck 245 of 245 with no false alarm, outliers 6 of 6 with no false alarm; so few outliers say
little. On the unlabelled SERF East, 10,000 quarter-hours of a 6 kW roof, 0.8 % are called spikes:
clouds, as far as one can see.
"""

import csv
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from gridfeed.domain.vee.checks import DEFAULTS, check
from gridfeed.domain.vee.series import Flag, Plant, laid_out
from gridfeed.domain.words import Channel, Technology

DATA = Path(__file__).parents[3] / "examples" / "data"
STALE, OUTLIERS = "ac_power_inv_2173_stale_data.csv", "ac_power_inv_7539_outliers.csv"
JUMPS = (Flag.SPIKE, Flag.HIGH_LIMIT, Flag.LOW_LIMIT)
QUARTER = 900_000_000
#: Power is given as a share of the inverter's.
INVERTER = Plant(1_000_000_000)


def microseconds(text):
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def energy(share):
    return round(Decimal(share) * 250_000_000) if share else None


def labelled(name, label):
    """Return the recording laid out in quarter-hours, and which of them are labelled as faulty."""
    with (DATA / name).open() as file:
        read = {microseconds(row["timestamp"]): row for row in csv.DictReader(file)}
    rows = [
        (start, QUARTER, energy(row["value_normalized"])) for start, row in sorted(read.items())
    ]
    series = laid_out(Channel.NET, rows, rows[0][0], rows[-1][0] + QUARTER)
    faulty = {start for start, row in read.items() if row[label].upper() == "TRUE"}
    return series, np.array([start in faulty for start in series.start_us.tolist()])


def precision_and_recall(name, label, flags, thresholds=DEFAULTS):
    series, faulty = labelled(name, label)
    found = check(series, INVERTER, thresholds)
    called = np.logical_or.reduce([found[flag] for flag in flags])
    right = int((called & faulty).sum())
    return right / max(int(called.sum()), 1), right / int(faulty.sum())


def test_stuck_values_are_found_and_little_else_is_called_stuck():
    precision, recall = precision_and_recall(STALE, "stale_data_mask", [Flag.STUCK])
    assert precision >= 0.95
    assert recall >= 0.95


def test_outliers_are_found_and_little_else_is_called_one():
    precision, recall = precision_and_recall(OUTLIERS, "outlier", JUMPS)
    assert precision >= 0.8
    assert recall >= 0.8


@pytest.mark.parametrize("hours", [1, 4, 12])
def test_half_or_six_times_the_hours_find_the_same_stuck_values(hours):
    thresholds = replace(DEFAULTS, stuck_hours=hours)
    assert min(precision_and_recall(STALE, "stale_data_mask", [Flag.STUCK], thresholds)) >= 0.95


@pytest.mark.parametrize("share", [0.15, 0.35])
@pytest.mark.parametrize("times", [4, 8])
def test_the_outliers_do_not_hang_on_the_exact_share(share, times):
    thresholds = replace(DEFAULTS, spike_share=share, spike_times_usual=times)
    assert min(precision_and_recall(OUTLIERS, "outlier", JUMPS, thresholds)) >= 0.8


def test_a_recording_without_labels_is_called_implausible_in_one_interval_of_a_hundred_at_most():
    with (DATA / "serf_east_15min_ac_power.csv").open() as file:
        read = [row for row in csv.DictReader(file) if row["measured_on"]]
    rows = sorted(
        (microseconds(row["measured_on"]), QUARTER, round(Decimal(row["ac_power"]) * 250))
        for row in read
    )
    roof = Plant(6_000_000, None, Technology.SOLAR, 39.742, -105.18)
    series = laid_out(Channel.NET, rows, rows[0][0], rows[-1][0] + QUARTER)
    found = {flag: int(called.sum()) for flag, called in check(series, roof).items()}
    assert found.pop(Flag.SPIKE) <= len(series) / 100
    assert set(found.values()) == {0}
