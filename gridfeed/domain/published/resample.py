"""Converts intervals to one value for each span, and sums series; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.aligned import (
    ESTIMATED,
    UNKNOWN,
    Aligned,
    Bool,
    Exact,
    Expected,
    Intervals,
    times,
    widened,
)
from gridfeed.domain.telemetry.samples import Int64


def resample(found: Intervals, spans: Spans, expected: Expected) -> Aligned:
    """Sum intervals into spans.

    An interval counts in the span that contains it wholly. An interval across an edge counts in no
    span, because the division of its energy is unknown.
    """
    place = np.searchsorted(spans.start_us, found.start_us, "right") - 1
    inside = found.present & (place >= 0)
    inside[inside] = found.end_us[inside] <= spans.end_us[place[inside]]
    if not inside.all():
        found, place = found.take(inside), place[inside]
    groups = _Groups.of(place, len(spans))
    expected_us, found_us = expected.within(spans), groups.sums(found.length_us)
    present = (found_us == expected_us) & (expected_us > 0)
    alone = present & (groups.counts == 1)
    has_p10, has_p90 = (
        alone & groups.largest(has.astype(np.int64), 0).astype(bool)
        for has in (found.has_p10, found.has_p90)
    )
    units = expected.unit_us
    covered = groups.sums(np.maximum(found.coverage_us, 0))
    uncovered = groups.sums((found.coverage_us == UNKNOWN).astype(np.int64))
    return Aligned(
        np.where(present, groups.sums(found.energy), 0),
        present,
        found_us // units,
        -(-expected_us // units),
        groups.sums(np.where(found.quality == ESTIMATED, found.length_us, 0)) // units,
        np.where((uncovered == 0) & (groups.counts > 0), covered, UNKNOWN),
        groups.largest(found.issued_at_us, UNKNOWN),
        groups.largest(found.settlement_version, UNKNOWN),
        np.where(has_p10, groups.sums(found.p10), 0),
        has_p10,
        np.where(has_p90, groups.sums(found.p90), 0),
        has_p90,
        found.scale,
    )


def added(every: Sequence[Aligned], size: int) -> Aligned:
    """Return the sum of several series (meters) for each span; size: the number of spans.

    A span is present if some series is expected to have values in it, and each such series has
    them. A single series is returned unchanged; a sum of several has no quantiles.
    """
    if len(every) == 1:
        return every[0]
    zeros, no = np.zeros(size, np.int64), np.zeros(size, bool)
    asked = np.any([no, *(each.expected > 0 for each in every)], axis=0)
    present = asked & _all([each.present | (each.expected == 0) for each in every], size)
    known = [(each.coverage_us != UNKNOWN) | (each.expected == 0) for each in every]
    coverage = sum((np.maximum(each.coverage_us, 0) for each in every), zeros)
    energy, scale = _energy(every, size)
    parts, expected, estimated = (
        sum((getattr(each, name) for each in every), zeros)
        for name in ("parts", "expected", "estimated")
    )
    issued_at_us, settlement_version = (
        np.max([np.full(size, UNKNOWN), *(getattr(each, name) for each in every)], axis=0)
        for name in ("issued_at_us", "settlement_version")
    )
    return Aligned(
        np.where(present, energy, 0),
        present,
        parts,
        expected,
        estimated,
        np.where(asked & _all(known, size), coverage, UNKNOWN),
        issued_at_us,
        settlement_version,
        *(zeros, no),
        *(zeros, no),
        scale,
    )


def _all(every: Sequence[Bool], size: int) -> Bool:
    found: Bool = np.all([np.ones(size, bool), *every], axis=0)
    return found


def _energy(every: Sequence[Aligned], size: int) -> tuple[Exact, int]:
    """Return the sums in the finest scale of any series, and that scale."""
    scale = max((each.scale for each in every), default=0)
    energy: Exact = np.zeros(size, np.int64)
    for each in every:
        term = times(each.energy, 10 ** (scale - each.scale))
        energy = widened(energy, 2) + widened(term, 2)
    return energy, scale


@dataclass(frozen=True, slots=True)
class _Groups:
    """Rows ordered by their span; each sum and maximum has one entry for each span."""

    at: NDArray[np.intp]
    heads: NDArray[np.intp]
    counts: Int64

    @classmethod
    def of(cls, place: NDArray[np.intp], spans: int) -> Self:
        at, heads = np.unique(place, return_index=True)
        return cls(at, heads, np.bincount(place, minlength=spans).astype(np.int64))

    def sums(self, amounts: Exact) -> Exact:
        amounts = widened(amounts, int(self.counts.max(initial=1)))
        result = np.zeros(len(self.counts), amounts.dtype)
        if len(self.at):
            result[self.at] = np.add.reduceat(amounts, self.heads)
        return result

    def largest(self, amounts: Int64, otherwise: int) -> Int64:
        result = np.full(len(self.counts), otherwise, np.int64)
        if len(self.at):
            result[self.at] = np.maximum.reduceat(amounts, self.heads)
        return result
