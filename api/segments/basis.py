"""The bases of a reading (`reading_validity`) that a segment has values for; pure.

The module `validity` defines each basis. A segment is one local day, so all its values have the
same basis. A basis has at most one series for each quality. Values that must be summed to a longer
interval (`Series.part_seconds`) are summed last, from the published values of the parts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from api.segments.segment import Amounts, Segment, SegmentKey, Series
from gridfeed.domain.calendar.instants import SECOND_US, microseconds
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.net import net_channels
from gridfeed.domain.published.aligned import NO_QUALITY, QUALITIES, Intervals
from gridfeed.domain.published.summed import Powers, Summed, exact, summed
from gridfeed.domain.published.validity import MEASURED, contracted, net_of_load
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import Channel, ReadingQuality, ReadingValidity

_CODE: dict[ReadingQuality | None, int] = {
    None: NO_QUALITY,
    **{quality: code for code, quality in enumerate(QUALITIES)},
}


@dataclass(frozen=True, slots=True)
class Basis:
    """The series of one reading validity. scale: decimals that a share added to the energies."""

    validity: ReadingValidity
    direction: str
    series: Sequence[Series]
    scale: int = 0


def bases(segment: Segment, validities: Collection[ReadingValidity]) -> list[Basis]:
    """Return the requested bases that the segment has values for, in the order of publication."""
    gross = Basis(ReadingValidity.TOTAL_GROSS, "reverse", _of(segment, Channel.GROSS))
    net = Basis(ReadingValidity.NET_METERING, "net", _net(segment))
    found = [basis for basis in (gross, net) if basis.validity in validities]
    if ReadingValidity.CONTRACTED in validities:
        found.append(_contracted(segment.key, net if _has_values(net.series) else gross))
    if any(series.part_seconds for series in segment.series):
        found = [_summed(segment.key, basis) for basis in found]
    return [basis for basis in found if basis.series]


def _of(segment: Segment, channel: Channel) -> list[Series]:
    return [series for series in segment.series if series.channel == channel]


def _has_values(every: Iterable[Series]) -> bool:
    return any(amount is not None for series in every for amount in series.energy_microkwh)


def _net(segment: Segment) -> Sequence[Series]:
    added = net_channels({each.channel for each in segment.series if _has_values([each])})
    if not added:
        return []
    if Channel.NET in added:
        return _of(segment, Channel.NET)
    gross, load = (_of(segment, channel) for channel in added)
    found = net_of_load(_intervals(segment.key, gross), _intervals(segment.key, load))
    return _series(segment.key, found, Channel.NET, _sums_of_means(segment.key, gross, load))


def _sums_of_means(
    key: SegmentKey, gross: Iterable[Series], load: Iterable[Series]
) -> Mapping[int, int]:
    """Return the sum of both mean powers at each start where both are known.

    Peaks cannot be added: they may lie at different instants.
    """
    one, other = (
        {
            _first_us(key) + place * _length_us(key, series): mean
            for series in every
            for place, mean in zip(series.places, series.mean_microkw, strict=True)
            if mean is not None
        }
        for every in (gross, load)
    )
    return {start: one[start] + other[start] for start in one.keys() & other.keys()}


def _contracted(key: SegmentKey, basis: Basis) -> Basis:
    if not key.shares or key.production_format not in MEASURED or not basis.series:
        return Basis(ReadingValidity.CONTRACTED, basis.direction, [])
    found = contracted(_intervals(key, basis.series), key.shares)
    channel = Channel.NET if basis.direction == "net" else Channel.GROSS
    every = _series(key, found, channel)
    return Basis(ReadingValidity.CONTRACTED, basis.direction, every, found.scale)


def _summed(key: SegmentKey, basis: Basis) -> Basis:
    """Return the basis with its values summed to the segment's interval."""
    if not _has_values(basis.series):
        return replace(basis, series=[])
    start, step = _first_us(key), key.interval_seconds * SECOND_US
    starts = start + np.arange(key.length(), dtype=np.int64) * step
    parts, order = _parts(key, basis.series)
    mean, peak = (
        Powers.of([amount for series in basis.series for amount in getattr(series, name)])
        for name in ("mean_microkw", "peak_microkw")
    )
    spans = Spans(starts, starts + step)
    rows = replace(parts, scale=basis.scale).take(order)
    found = summed(rows, mean.take(order), peak.take(order), key.interval_seconds, spans)
    channel = basis.series[0].channel
    return replace(basis, series=[_of_quality(found, channel, code) for code in found.codes()])


def _of_quality(found: Summed, channel: Channel, code: int) -> Series:
    rows = np.flatnonzero(found.present & (found.quality == code))
    energy = found.energy[rows].tolist()
    mean, peak = (
        [amount if there else None for amount, there in zip(*pair, strict=True)]
        for pair in (
            (found.mean[rows].tolist(), found.has_mean[rows]),
            (found.peak[rows].tolist(), found.has_peak[rows]),
        )
    )
    none: Amounts = [None] * len(rows)
    quality = None if code == NO_QUALITY else QUALITIES[code]
    return Series(channel, quality, rows.tolist(), energy, mean, peak, none, none)


def _intervals(key: SegmentKey, every: Sequence[Series]) -> Intervals:
    found, order = _parts(key, every)
    return found.take(order)


def _parts(key: SegmentKey, every: Sequence[Series]) -> tuple[Intervals, NDArray[np.intp]]:
    """Return the values in the order of their series, and the indexes that sort them by start."""
    amounts = [amount for series in every for amount in series.energy_microkwh]
    sizes = [len(series.places) for series in every]
    places = np.concatenate([np.asarray(series.places, np.int64) for series in every])
    lengths = np.repeat([_length_us(key, series) for series in every], sizes).astype(np.int64)
    codes = [_CODE[series.quality] for series in every]
    found = Intervals.of(
        _first_us(key) + places * lengths,
        lengths,
        exact([amount or 0 for amount in amounts]),
        present=np.array([amount is not None for amount in amounts], bool),
        quality=np.repeat(np.array(codes, np.uint8), sizes),
    )
    return found, np.argsort(found.start_us)


def _series(
    key: SegmentKey, found: Intervals, channel: Channel, means: Mapping[int, int] | None = None
) -> list[Series]:
    """Return one series for each length and quality, the qualities in their fixed order."""
    own, every = key.interval_seconds * SECOND_US, []
    for length in np.unique(found.length_us):
        places: Int64 = (found.start_us - _first_us(key)) // length
        parts = None if length == own else int(length // SECOND_US)
        for code, quality in enumerate(QUALITIES):
            rows = (found.quality == code) & (found.length_us == length)
            if rows.any():
                at: list[int] = places[rows].tolist()
                none: Amounts = [None] * len(at)
                starts = found.start_us[rows].tolist()
                mean = none if means is None else [means.get(start) for start in starts]
                energies = found.energy[rows].tolist()
                every.append(Series(channel, quality, at, energies, mean, none, none, none, parts))
    return every


def _first_us(key: SegmentKey) -> int:
    return microseconds(key.segment_start)


def _length_us(key: SegmentKey, series: Series) -> int:
    return (series.part_seconds or key.interval_seconds) * SECOND_US
