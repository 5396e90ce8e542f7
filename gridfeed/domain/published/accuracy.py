"""Measures how good forecasts were: exact sums, and the metrics made from them; pure.

error = forecast - observed, so a positive bias means less production than forecast (ISO New
England's convention). The metrics are those of EPRI's Solar Forecast Arbiter. Quantiles are scored
by pinball loss. Sums are integers: the sums of a month are those of its days, in any order, and a
range is scored again without reading its unchanged parts.

Energies are integers of 10^-6 kWh an interval, capacity is 10^-6 kW; metrics are floats in kW.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import HOUR_US
from gridfeed.domain.telemetry.samples import Int64

Bools = NDArray[np.bool_]

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of energies, 10^-6 kWh, with values where `known`."""

    energy: Int64
    known: Bools

    @classmethod
    def of(cls, energies: Iterable[int | None]) -> "Column":
        """Read a column whose missing values are None."""
        every = list(energies)
        known = np.array([energy is not None for energy in every], np.bool_)
        return cls(np.array([energy or 0 for energy in every], np.int64), known)

    def take(self, rows: Bools | NDArray[np.intp]) -> "Column":
        """Return these rows."""
        return Column(self.energy[rows], self.known[rows])

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.energy)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Forecasts with their observations, one row for each interval and vintage.

    capacity: 10^-6 kW of the meters in the row. reference: the forecast of persistence. p10, p90:
    the forecast's quantiles.
    """

    forecast: Int64
    observed: Int64
    capacity: Int64
    reference: Column
    p10: Column
    p90: Column


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums behind the metrics; `a.plus(b)` equals the sums of both together, exactly.

    Energies in 10^-6 kWh, their squares in 10^-12 kWh^2, pinball losses in 10^-7 kWh. referenced:
    pairs with a forecast of persistence; skill compares both forecasts over only these pairs.
    """

    pairs: int = 0
    observed: int = 0
    error: int = 0
    absolute: int = 0
    square: int = 0
    capacity: int = 0
    referenced: int = 0
    referenced_square: int = 0
    reference_square: int = 0
    p10_pairs: int = 0
    p10_loss: int = 0
    p10_reached: int = 0
    p90_pairs: int = 0
    p90_loss: int = 0
    p90_reached: int = 0

    @property
    def forecast(self) -> int:
        """Return the forecast energy of the intervals that were observed, too."""
        return self.observed + self.error

    def plus(self, other: "Sums") -> "Sums":
        """Return the sums of both."""
        return Sums(
            *(getattr(self, part.name) + getattr(other, part.name) for part in fields(self))
        )


@dataclass(frozen=True, slots=True)
class Metrics:
    """Metrics of one group, powers in kW; None if there is nothing to score.

    n*: the same as a share of capacity. skill: 1 - RMSE / RMSE of persistence: 1 is perfect, 0 is
    no better than persistence, less is worse. *_reached: share of observations that did not exceed
    the quantile; a reliable forecast has 0.1 and 0.9.
    """

    mae: float | None
    rmse: float | None
    bias: float | None
    nmae: float | None
    nrmse: float | None
    nmbe: float | None
    skill: float | None
    pinball_p10: float | None
    pinball_p90: float | None
    p10_reached: float | None
    p90_reached: float | None


def sums_by(pairs: Pairs, group: Int64) -> dict[int, Sums]:
    """Return the sums of each group with pairs, by its number. group: the number of each row."""
    if not len(group):
        return {}
    order = np.argsort(group, kind="stable")
    numbers, heads = np.unique(group[order], return_index=True)
    # Python's integers: a squared error of a large plant does not fit 64 bits.
    columns = [
        np.add.reduceat(column[order].astype(object), heads).tolist() for column in _columns(pairs)
    ]
    every = zip(numbers.tolist(), *columns, strict=True)
    return {number: Sums(*(int(part) for part in parts)) for number, *parts in every}


def total(every: Iterable[Sums]) -> Sums:
    """Return the sums of all groups together."""
    result = Sums()
    for sums in every:
        result = result.plus(sums)
    return result


def metrics(sums: Sums, length_us: int) -> Metrics:
    """Return the metrics of intervals of this length, microseconds."""
    kw = HOUR_US / length_us / MICRO
    mae, bias = _ratio(sums.absolute, sums.pairs, kw), _ratio(sums.error, sums.pairs, kw)
    rmse = _root(sums.square, sums.pairs, kw)
    capacity = _ratio(sums.capacity, sums.pairs, 1 / MICRO)
    return Metrics(
        mae=mae,
        rmse=rmse,
        bias=bias,
        nmae=_over(mae, capacity),
        nrmse=_over(rmse, capacity),
        nmbe=_over(bias, capacity),
        skill=_skill(sums),
        pinball_p10=_ratio(sums.p10_loss, sums.p10_pairs, kw / 10),
        pinball_p90=_ratio(sums.p90_loss, sums.p90_pairs, kw / 10),
        p10_reached=_ratio(sums.p10_reached, sums.p10_pairs, 1),
        p90_reached=_ratio(sums.p90_reached, sums.p90_pairs, 1),
    )


def _columns(pairs: Pairs) -> list[NDArray[np.object_]]:
    """Return each component of the sums for every row, in the order of `Sums`."""
    observed = pairs.observed.astype(object)
    error = pairs.forecast.astype(object) - observed
    square, referenced = error * error, pairs.reference.known.astype(object)
    missed = (pairs.reference.energy.astype(object) - observed) * referenced
    return [
        np.ones(len(error), dtype=object),
        observed,
        error,
        np.abs(error),
        square,
        pairs.capacity.astype(object),
        referenced,
        square * referenced,
        missed * missed,
        *_quantile(pairs.p10, pairs.observed, tenths=1),
        *_quantile(pairs.p90, pairs.observed, tenths=9),
    ]


def _quantile(quantile: Column, observed: Int64, *, tenths: int) -> list[NDArray[np.object_]]:
    """Return whether a quantile exists, its pinball loss in tenths, and whether it held.

    It holds if the observation does not exceed it. The loss of quantile q is q x (y - f) if the
    observation y is above the forecast f, else (1 - q) x (f - y).
    """
    known = quantile.known.astype(object)
    above = observed.astype(object) - quantile.energy.astype(object)
    loss = np.where(observed > quantile.energy, tenths * above, (tenths - 10) * above)
    return [known, loss * known, known * (observed <= quantile.energy).astype(object)]


def _ratio(amount: int, count: int, unit: float) -> float | None:
    return amount / count * unit if count else None


def _root(square: int, count: int, unit: float) -> float | None:
    return sqrt(square / count) * unit if count else None


def _over(power: float | None, capacity: float | None) -> float | None:
    return power / capacity if power is not None and capacity else None


def _skill(sums: Sums) -> float | None:
    if not sums.reference_square:
        return None
    return 1 - sqrt(sums.referenced_square / sums.reference_square)
