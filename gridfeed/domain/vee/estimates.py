"""Estimation: values for intervals without one, by the first of these methods that applies.

1. A hole of at most two hours between two trusted values: on the straight line between them.
2. Settlement with telemetry: the shape of the telemetry, scaled by the ratio of settlement to
   telemetry around the hole.
3. The mean of reference days at the same time of day: the nearest ones of the same type.

If none applies, there is no estimate. With a known total, such as the energy that a register
counted, the estimates are fitted exactly to the rest of the total that is theirs. Integers
throughout; each value is rounded once, half to even.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from gridfeed.domain.calendar.instants import HOUR_US, SECOND_US, instant, rfc3339
from gridfeed.domain.telemetry.exact import divide_one
from gridfeed.domain.vee.fit import fitted
from gridfeed.domain.vee.reference import ReferenceDays
from gridfeed.domain.vee.series import Bools, Intervals, kwh_text

#: The longest hole in which the neighbours say something about the values between them.
LINEAR_US = 2 * HOUR_US
#: The time on either side of a hole from which the ratio of settlement to telemetry is taken.
AROUND_US = 24 * HOUR_US


class Method(StrEnum):
    """How an estimate was made."""

    LINEAR = "linear"
    SCADA_SHAPE = "scada_shape"
    REFERENCE_DAYS = "reference_days"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value for one interval; 10^-6 kWh. inputs: the numbers it was made from, ready for JSON."""

    start_us: int
    seconds: int
    energy_microkwh: int
    method: Method
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The data from which estimates are made.

    trusted: which intervals are known and without a flag. telemetry: energy of intervals that
    telemetry covers wholly, by start; empty for estimates of telemetry itself. zone: of the plant's
    local days.
    """

    intervals: Intervals
    trusted: Bools
    zone: ZoneInfo
    telemetry: Mapping[int, int] = field(default_factory=dict)


class UnfittingTotalError(ValueError):
    """A total that cannot be distributed, because an interval has no shape to follow."""


def estimate(evidence: Evidence, wanted: Bools, total: int | None = None) -> list[Estimate]:
    """Return estimates of the wanted intervals, by start; omits intervals that no method covers.

    total: the sum of the wanted intervals, 10^-6 kWh. Raises UnfittingTotalError if there is a
    total and one of them cannot be estimated.
    """
    found = [each for hole in _holes(evidence, wanted) for each in _of_hole(evidence, hole, total)]
    if total is None:
        return found
    if len(found) < int(wanted.sum()) or not found:
        missing = int(wanted.sum()) - len(found)
        raise UnfittingTotalError(
            f"{missing} of {int(wanted.sum())} intervals have no telemetry and no reference days,"
            " so the total cannot be distributed"
        )
    return _fitted(found, total)


def _holes(evidence: Evidence, wanted: Bools) -> Iterator[range]:
    """Yield the runs of consecutive wanted intervals."""
    rows = np.flatnonzero(wanted)
    if not len(rows):
        return
    series = evidence.intervals
    broken = (np.diff(rows) > 1) | (series.start_us[rows[1:]] != series.end_us[rows[:-1]])
    for part in np.split(rows, np.flatnonzero(broken) + 1):
        yield range(int(part[0]), int(part[-1]) + 1)


def _of_hole(evidence: Evidence, hole: range, total: int | None) -> list[Estimate]:
    found = _linear(evidence, hole)
    if found:
        return found
    shaped = _scada_shape(evidence, hole, total)
    days = ReferenceDays(evidence.intervals, evidence.trusted, evidence.zone)
    for row in hole:
        if row not in shaped and (like := days.like(row)):
            energy = divide_one(sum(energy for _, energy in like), len(like))
            inputs = {"days": [_value(start, of) for start, of in like], "type": days.type}
            shaped[row] = _estimate(evidence, row, energy, Method.REFERENCE_DAYS, inputs)
    return [shaped[row] for row in sorted(shaped)]


def _linear(evidence: Evidence, hole: range) -> list[Estimate]:
    series, before, after = evidence.intervals, hole[0] - 1, hole[-1] + 1
    if before < 0 or after >= len(series):
        return []
    span = range(before, after + 1)
    contiguous = np.array_equal(series.start_us[span[1:]], series.end_us[span[:-1]])
    alike = len(set(series.length_us[span].tolist())) == 1
    short = series.end_us[hole[-1]] - series.start_us[hole[0]] <= LINEAR_US
    trusted = evidence.trusted[before] and evidence.trusted[after]
    if not (contiguous and alike and short and trusted):
        return []
    first, last, steps = int(series.energy[before]), int(series.energy[after]), len(hole) + 1
    energies = [divide_one(first * (steps - step) + last * step, steps) for step in range(1, steps)]
    inputs = {
        "before": _value(int(series.start_us[before]), first),
        "after": _value(int(series.start_us[after]), last),
        "sum_kwh": kwh_text(sum(energies)),
    }
    return [
        _estimate(evidence, row, energy, Method.LINEAR, inputs)
        for row, energy in zip(hole, energies, strict=True)
    ]


def _scada_shape(evidence: Evidence, hole: range, total: int | None) -> dict[int, Estimate]:
    """Return estimates where telemetry is complete; with a total, its shape is enough."""
    series, telemetry = evidence.intervals, evidence.telemetry
    rows = [row for row in hole if int(series.start_us[row]) in telemetry]
    ratio = _ratio(evidence, hole) if rows else None
    if ratio is None and total is not None:
        ratio = _Ratio(1, 1, 0)
    if ratio is None:
        return {}
    found = {}
    for row in rows:
        scada = telemetry[int(series.start_us[row])]
        energy = divide_one(scada * ratio.settled, ratio.telemetry)
        inputs = {"scada_kwh": kwh_text(scada)} | ratio.inputs()
        found[row] = _estimate(evidence, row, energy, Method.SCADA_SHAPE, inputs)
    return found


@dataclass(frozen=True, slots=True)
class _Ratio:
    """The ratio of settled energy to telemetry of the same intervals, as an exact fraction."""

    settled: int
    telemetry: int
    intervals: int

    def inputs(self) -> dict[str, Any]:
        if not self.intervals:
            return {}
        return {
            "settlement_around_kwh": kwh_text(self.settled),
            "scada_around_kwh": kwh_text(self.telemetry),
            "intervals_around": self.intervals,
        }


def _ratio(evidence: Evidence, hole: range) -> _Ratio | None:
    """Return the ratio around a hole; None if either energy is not positive there."""
    series = evidence.intervals
    near = (series.start_us >= series.start_us[hole[0]] - AROUND_US) & (
        series.end_us <= series.end_us[hole[-1]] + AROUND_US
    )
    pairs = [
        (int(series.energy[row]), scada)
        for row in np.flatnonzero(near & evidence.trusted)
        if (scada := evidence.telemetry.get(int(series.start_us[row]))) is not None
    ]
    settled, telemetry = (sum(column) for column in zip(*pairs, strict=True)) if pairs else (0, 0)
    return _Ratio(settled, telemetry, len(pairs)) if settled > 0 and telemetry > 0 else None


def _fitted(estimates: list[Estimate], total: int) -> list[Estimate]:
    energies, how = fitted([each.energy_microkwh for each in estimates], total)
    fit = {"how": how, "intervals": len(estimates), "sum_kwh": kwh_text(total)}
    return [
        replace(each, energy_microkwh=energy, inputs={**each.inputs, "total": fit})
        for each, energy in zip(estimates, energies, strict=True)
    ]


def _estimate(
    evidence: Evidence, row: int, energy: int, method: Method, inputs: Mapping[str, Any]
) -> Estimate:
    series = evidence.intervals
    seconds = int(series.length_us[row]) // SECOND_US
    return Estimate(int(series.start_us[row]), seconds, energy, method, inputs)


def _value(start_us: int, energy: int) -> dict[str, str]:
    return {"interval_start": rfc3339(instant(start_us)), "energy_kwh": kwh_text(energy)}
