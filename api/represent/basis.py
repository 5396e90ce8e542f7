"""The bases of a reading (`reading_validity`) that a segment has values of; pure.

What each basis is, `gridfeed.domain.validity` says; a segment is one local day, so the basis of
all its values is the same. A basis has at most one series a quality.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from api.shapes import Amounts, Segment, SegmentKey, Series
from gridfeed.domain.aligned import NO_QUALITY, QUALITIES, Intervals
from gridfeed.domain.samples import Int64
from gridfeed.domain.spans import SECOND_US, microseconds
from gridfeed.domain.validity import MEASURED, contracted, net_of_load
from gridfeed.domain.words import Channel, ReadingQuality, ReadingValidity

_CODE: dict[ReadingQuality | None, int] = {
    None: NO_QUALITY,
    **{quality: code for code, quality in enumerate(QUALITIES)},
}


@dataclass(frozen=True, slots=True)
class Basis:
    """Series of one reading validity. scale: decimals that a share added to its energies."""

    validity: ReadingValidity
    direction: str
    series: Sequence[Series]
    scale: int = 0


def bases(segment: Segment, validities: Collection[ReadingValidity]) -> list[Basis]:
    """Return those of these bases that the segment has values of, in the order of publication."""
    gross = Basis(ReadingValidity.TOTAL_GROSS, "reverse", _of(segment, Channel.GROSS))
    net = Basis(ReadingValidity.NET_METERING, "net", _net(segment, gross.series))
    found = [basis for basis in (gross, net) if basis.validity in validities]
    if ReadingValidity.CONTRACTED in validities:
        found.append(_contracted(segment.key, net if _has_values(net.series) else gross))
    return [basis for basis in found if basis.series]


def _of(segment: Segment, channel: Channel) -> list[Series]:
    return [series for series in segment.series if series.channel == channel]


def _has_values(every: Iterable[Series]) -> bool:
    return any(amount is not None for series in every for amount in series.energy_microkwh)


def _net(segment: Segment, gross: Sequence[Series]) -> Sequence[Series]:
    streamed = _of(segment, Channel.NET)
    if _has_values(streamed):
        return streamed
    load = _of(segment, Channel.STATION_LOAD)
    if not load or not gross:
        return []
    found = net_of_load(_intervals(segment.key, gross), _intervals(segment.key, load))
    return _series(segment.key, found, Channel.NET, _sums_of_means(gross, load))


def _sums_of_means(gross: Iterable[Series], load: Iterable[Series]) -> Mapping[int, int]:
    """Return the mean power of each place where both have one. A peak has no such sum."""
    one, other = (
        {
            place: mean
            for series in every
            for place, mean in zip(series.places, series.mean_microkw, strict=True)
            if mean is not None
        }
        for every in (gross, load)
    )
    return {place: one[place] + other[place] for place in one.keys() & other.keys()}


def _contracted(key: SegmentKey, basis: Basis) -> Basis:
    if not key.shares or key.production_format not in MEASURED or not basis.series:
        return Basis(ReadingValidity.CONTRACTED, basis.direction, [])
    found = contracted(_intervals(key, basis.series), key.shares)
    channel = Channel.NET if basis.direction == "net" else Channel.GROSS
    every = _series(key, found, channel)
    return Basis(ReadingValidity.CONTRACTED, basis.direction, every, found.scale)


def _intervals(key: SegmentKey, every: Sequence[Series]) -> Intervals:
    amounts = [amount for series in every for amount in series.energy_microkwh]
    places = np.concatenate([np.asarray(series.places, np.int64) for series in every])
    codes = [_CODE[series.quality] for series in every]
    found = Intervals.of(
        _first_us(key) + places * _length_us(key),
        np.full(len(places), _length_us(key), np.int64),
        np.array([amount or 0 for amount in amounts], np.int64),
        present=np.array([amount is not None for amount in amounts], bool),
        quality=np.repeat(np.array(codes, np.uint8), [len(series.places) for series in every]),
    )
    return found.take(np.argsort(places))


def _series(
    key: SegmentKey, found: Intervals, channel: Channel, means: Mapping[int, int] | None = None
) -> list[Series]:
    """Return one series a quality, in the qualities' order."""
    places: Int64 = (found.start_us - _first_us(key)) // _length_us(key)
    every = []
    for code, quality in enumerate(QUALITIES):
        rows = found.quality == code
        if rows.any():
            at: list[int] = places[rows].tolist()
            none: Amounts = [None] * len(at)
            mean = none if means is None else [means.get(place) for place in at]
            energies = found.energy[rows].tolist()
            every.append(Series(channel, quality, at, energies, mean, none, none, none))
    return every


def _first_us(key: SegmentKey) -> int:
    return microseconds(key.segment_start)


def _length_us(key: SegmentKey) -> int:
    return key.interval_seconds * SECOND_US
