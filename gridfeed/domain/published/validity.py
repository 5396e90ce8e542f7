"""From the channels of a meter to the bases of a reading (`reading_validity`); pure.

total_gross is channel GROSS. net_metering is channel NET; on a local day without any NET value it
is GROSS plus STATION_LOAD (stored negative) where both have a value. contracted is the contract's
share of net; on a day without any net value, of gross. The choice is made for a whole day, so that
a gap in NET does not change the meaning of the day's numbers.

A share that a decimal fraction can express, such as 37.5 %, is multiplied exactly: the energy gets
finer decimals (`Intervals.scale`). Any other share, such as 1/3, is rounded once for each interval,
half to even, to 10^-6 kWh. Sums are sums of these values, so days add up to months exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.net import NET_SUMS
from gridfeed.domain.published.aligned import (
    NO_QUALITY,
    QUALITIES,
    UNKNOWN,
    Intervals,
    divided,
    times,
    widened,
)
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality, ReadingValidity

#: Returns the local day of each instant, as a number.
DayOf = Callable[[Int64], Int64]
Q = ReadingQuality

#: Production formats whose contracted share is published: the measured ones.
MEASURED = frozenset({ProductionFormat.SCADA, ProductionFormat.SETTLEMENT})

#: The quality of a share of a reading is calculated, unless the reading's own quality says more:
#: that it is billed, or was never measured.
CONTRACTED_QUALITY = {
    Q.RAW: Q.CALCULATED,
    Q.MANUAL: Q.CALCULATED,
    Q.VALID: Q.CALCULATED,
    Q.CALCULATED: Q.CALCULATED,
    Q.REVENUE: Q.REVENUE,
    Q.CORRECTED: Q.CORRECTED,
    Q.ESTIMATED: Q.ESTIMATED,
}
_CODE = {quality: code for code, quality in enumerate(QUALITIES)}
_CONTRACTED_CODE = np.full(256, NO_QUALITY, np.uint8)
for _of, _becomes in CONTRACTED_QUALITY.items():
    _CONTRACTED_CODE[_CODE[_of]] = _CODE[_becomes]


def basis(
    validity: ReadingValidity,
    channels: Mapping[Channel, Intervals],
    shares: Sequence[ContractShare],
    day_of: DayOf,
) -> Intervals:
    """Return the values of one reading validity.

    channels: the stored intervals of one meter while it is in one project; whole local days,
    because the choice is made for a day. shares: the project's, by start, without overlap.
    """
    none = Intervals.none()
    gross = channels.get(Channel.GROSS, none)
    if validity == ReadingValidity.TOTAL_GROSS:
        return gross
    streamed, summed = (
        reduce(net_of_load, [channels.get(channel, none) for channel in added])
        for added in NET_SUMS
    )
    net = by_day(streamed, summed, day_of)
    if validity == ReadingValidity.NET_METERING:
        return net
    return contracted(by_day(net, gross, day_of), shares)


def by_day(preferred: Intervals, otherwise: Intervals, day_of: DayOf) -> Intervals:
    """Return for each local day the preferred values if it has any, else the other values."""
    known = preferred.start_us[preferred.present]
    if not len(known):
        return otherwise
    days = np.unique(day_of(known))
    mine = np.isin(day_of(preferred.start_us), days)
    rest = np.isin(day_of(otherwise.start_us), days, invert=True)
    return Intervals.concatenate([preferred.take(mine), otherwise.take(rest)])


def net_of_load(gross: Intervals, load: Intervals) -> Intervals:
    """Return gross plus (negative) station load, for intervals where both have a value.

    The quality is calculated, or estimated if either part is. Quantiles do not add up, so a sum has
    none.
    """
    left, right = both(gross, load)
    gross, load = gross.take(left), load.take(right)
    estimated = _CODE[Q.ESTIMATED]
    guessed = (gross.quality == estimated) | (load.quality == estimated)
    unknown = (gross.coverage_us == UNKNOWN) | (load.coverage_us == UNKNOWN)
    return Intervals.of(
        gross.start_us,
        gross.length_us,
        widened(gross.energy, 2) + widened(load.energy, 2),
        quality=np.where(guessed, estimated, _CODE[Q.CALCULATED]).astype(np.uint8),
        coverage_us=np.where(unknown, UNKNOWN, np.minimum(gross.coverage_us, load.coverage_us)),
        issued_at_us=np.maximum(gross.issued_at_us, load.issued_at_us),
        settlement_version=np.maximum(gross.settlement_version, load.settlement_version),
    )


def both(one: Intervals, other: Intervals) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions, in each, of the intervals that have a value in both."""
    _, left, right = np.intersect1d(
        one.start_us, other.start_us, assume_unique=True, return_indices=True
    )
    known = one.present[left] & other.present[right]
    known &= one.length_us[left] == other.length_us[right]
    return left[known], right[known]


def contracted(found: Intervals, shares: Sequence[ContractShare]) -> Intervals:
    """Return the share of each value whose whole interval lies in a share's period."""
    return Intervals.concatenate([_share(found, share) for share in shares])


def share_decimals(share: Fraction) -> int | None:
    """Return how many decimals express the share exactly; None if no number does."""
    rest, decimals = share.denominator, 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        decimals = max(decimals, power)
    return decimals if rest == 1 else None


def _share(found: Intervals, share: ContractShare) -> Intervals:
    inside = found.present.copy()
    if share.starts_at is not None:
        inside &= found.start_us >= microseconds(share.starts_at)
    if share.ends_at is not None:
        inside &= found.end_us <= microseconds(share.ends_at)
    rows = found.take(inside)
    part, decimals = share.share, share_decimals(share.share)
    if decimals is None:
        energy = divided(times(rows.energy, part.numerator), part.denominator)
    else:
        energy = times(rows.energy, int(part * 10**decimals))
    no = np.zeros(len(rows), bool)
    return replace(
        rows,
        energy=energy,
        quality=_CONTRACTED_CODE[rows.quality],
        has_p10=no,
        has_p90=no,
        scale=rows.scale + (decimals or 0),
    )
