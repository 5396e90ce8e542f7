"""Selects the intervals of a span to estimate, and proposes estimates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.vee.checks import Flags, check
from gridfeed.domain.vee.estimates import Estimate, Evidence, estimate
from gridfeed.domain.vee.reference import FARTHEST_DAYS
from gridfeed.domain.vee.series import Bools, Flag, IntervalRow, Intervals, Plant, laid_out
from gridfeed.domain.words import Channel

#: Estimates may use values this far outside the span on either side.
REACH = timedelta(days=FARTHEST_DAYS + 1)

Rows = Sequence[IntervalRow]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Published:
    """The published values of one meter and format, by channel, with REACH around the span.

    estimates: the starts of values that are themselves estimates; no estimate is made from them.
    telemetry: of the same meter, for estimates of settlement.
    """

    values: Mapping[Channel, Rows]
    estimates: Mapping[Channel, Collection[int]]
    telemetry: Mapping[Channel, Rows]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Estimates of one channel. left: number of wanted intervals without an estimate."""

    channel: Channel
    estimates: Sequence[Estimate]
    left: int


def propose(
    published: Published,
    channel: Channel,
    place: tuple[Plant, ZoneInfo],
    span: tuple[int, int],
    *,
    flags: Collection[Flag] = (Flag.GAP,),
    total: int | None = None,
) -> Proposal:
    """Return estimates of the intervals in the span [start_us, end_us) with one of the flags.

    place: the plant and the zone of its days. total: 10^-6 kWh of the whole span; known values that
    are not estimated are subtracted from it. Raises UnfittingTotalError.
    """
    plant, zone = place
    series = laid_out(channel, published.values.get(channel, ()), *span)
    found = check(series, plant)
    inside = (series.start_us >= span[0]) & (series.end_us <= span[1])
    wanted = inside & np.logical_or.reduce([found[flag] for flag in flags])
    trusted = _trusted(series, found) & ~np.isin(
        series.start_us, list(published.estimates.get(channel, ()))
    )
    telemetry = covered(series, _like(published.telemetry, channel))
    left = None
    if total is not None:
        left = total - int(series.energy[inside & ~wanted].sum())
    proposed = estimate(Evidence(series, trusted & ~wanted, zone, telemetry), wanted, left)
    return Proposal(channel, proposed, int(wanted.sum()) - len(proposed))


def covered(series: Intervals, telemetry: Rows) -> dict[int, int]:
    """Return telemetry's energy of each interval that it covers without a gap, by start.

    telemetry: by start, without overlap.
    """
    known = [(start, length, energy) for start, length, energy in telemetry if energy is not None]
    if not known or not len(series):
        return {}
    starts, lengths, energies = (np.array(column, np.int64) for column in zip(*known, strict=True))
    first = np.searchsorted(starts, series.start_us)
    last = np.searchsorted(starts, series.end_us)
    length, energy = _summed(lengths, first, last), _summed(energies, first, last)
    whole = length == series.length_us
    begin, sums = series.start_us[whole].tolist(), energy[whole].tolist()
    return dict(zip(begin, sums, strict=True))


def _summed(amounts: Int64, first: Places, last: Places) -> Int64:
    running = np.append(0, np.cumsum(amounts))
    sums: Int64 = running[last] - running[first]
    return sums


def _trusted(series: Intervals, flags: Flags) -> Bools:
    doubtful = [rows for flag, rows in flags.items() if flag is not Flag.REGISTER]
    trusted: Bools = series.known & ~np.logical_or.reduce(doubtful)
    return trusted


def _like(telemetry: Mapping[Channel, Rows], channel: Channel) -> Rows:
    """Return the telemetry whose shape the settlement of this channel follows."""
    if telemetry.get(channel) or channel is Channel.STATION_LOAD:
        return telemetry.get(channel, ())
    return telemetry.get(Channel.GROSS, ())
