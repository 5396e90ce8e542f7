"""From one series as plain samples to the columns that `roll_up` takes, and back."""

from collections.abc import Sequence

import numpy as np

from gridfeed.domain.telemetry.rollup import ROLLUP_QUALITIES, Rollup, Windows
from gridfeed.domain.telemetry.samples import POINT_QUALITIES, Samples
from tests.reference import Rule, Sample, Value, last_word


def columns_of(series: Sequence[Sample]) -> Samples:
    """Return the samples as columns, in the order given."""
    return Samples(
        np.array([sample.observed_at_us for sample in series], np.int64),
        np.array([sample.power for sample in series], np.int64),
        np.array([POINT_QUALITIES.index(sample.quality) for sample in series], np.uint8),
        np.array([sample.source for sample in series], np.int32),
        np.array([sample.offset for sample in series], np.int64),
    )


def windows_of(starts: Sequence[int], samples: Samples, rule: Rule) -> Windows:
    """Return the intervals of one sorted series that begin at `starts`."""
    start = np.array(starts, np.int64)
    first = np.searchsorted(samples.observed_at, start)
    stop = np.searchsorted(samples.observed_at, start + rule.length)
    carry, follow = first - 1, stop
    has_carry, has_follow = carry >= 0, follow < len(samples)
    return Windows(
        start=start,
        end=start + rule.length,
        hold=np.full(len(start), rule.hold),
        linear=np.full(len(start), rule.linear),
        first=first,
        stop=stop,
        carry_at=_rows(samples.observed_at, carry, has_carry),
        carry_power=_rows(samples.power, carry, has_carry),
        carry_quality=_rows(samples.quality, carry, has_carry),
        has_carry=has_carry,
        follow_at=_rows(samples.observed_at, follow, has_follow),
        follow_power=_rows(samples.power, follow, has_follow),
        follow_quality=_rows(samples.quality, follow, has_follow),
        has_follow=has_follow,
    )


def prepared(
    samples: Sequence[Sample], rule: Rule, starts: Sequence[int]
) -> tuple[Windows, Samples]:
    """Return what `roll_up` takes, of one series and the intervals that begin at `starts`."""
    series = columns_of(last_word(samples))
    return windows_of(starts, series, rule), series


def values_of(rollup: Rollup) -> list[Value]:
    """Return the rows as the reference states them."""
    columns = (rollup.energy, rollup.mean, rollup.peak, rollup.has_value, rollup.quality)
    about = (rollup.coverage_us, rollup.longest_gap_us, rollup.samples)
    return [
        Value(energy, mean, peak, ROLLUP_QUALITIES[quality], *rest)
        if has_value
        else Value(None, None, None, ROLLUP_QUALITIES[quality], *rest)
        for energy, mean, peak, has_value, quality, *rest in zip(
            *(column.tolist() for column in columns + about), strict=True
        )
    ]


def _rows(column, rows, there):
    out = np.zeros(len(rows), column.dtype)
    out[there] = column[rows[there]]
    return out
