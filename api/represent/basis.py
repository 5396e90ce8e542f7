"""From the stored channels to the bases of a reading (`reading_validity`); pure.

total_gross is channel GROSS. net_metering is channel NET if it has values, else GROSS plus
STATION_LOAD (stored negative) where both have one. contracted is the contract's share of net if
that is known, else of gross. A basis has at most one series a quality.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.represent.amounts import Share
from api.shapes import Amounts, Segment, SegmentKey, Series
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality, ReadingValidity

Q = ReadingQuality
_SECOND = timedelta(seconds=1)
#: Place, energy, mean power.
_Point = tuple[int, int, int | None]

#: Production formats of which a contract's share is published: what was measured.
MEASURED = {ProductionFormat.SCADA, ProductionFormat.SETTLEMENT}

#: The share of a reading is calculated from it, unless the reading says more: it is billed, or was
#: never measured (digest 1.8.1).
CONTRACTED_QUALITY = {
    Q.RAW: Q.CALCULATED,
    Q.MANUAL: Q.CALCULATED,
    Q.VALID: Q.CALCULATED,
    Q.CALCULATED: Q.CALCULATED,
    Q.REVENUE: Q.REVENUE,
    Q.CORRECTED: Q.CORRECTED,
    Q.ESTIMATED: Q.ESTIMATED,
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
        found += _contracted(segment.key, net if _has_values(net.series) else gross)
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
    return net_of_load(gross, load) if load else []


def net_of_load(gross: Iterable[Series], load: Iterable[Series]) -> list[Series]:
    """Return gross plus (negative) station load, for intervals where both have a value.

    calculated, or estimated if either is. A peak of sums is no sum of peaks: there is none.
    """
    loads = {
        place: (energy, mean, series.quality)
        for series in load
        for place, energy, mean in _points(series)
    }
    sums: dict[ReadingQuality, list[_Point]] = defaultdict(list)
    for series in gross:
        for place, energy, mean in _points(series):
            if place not in loads:
                continue
            other_energy, other_mean, other_quality = loads[place]
            guessed = Q.ESTIMATED in {series.quality, other_quality}
            means = None if mean is None or other_mean is None else mean + other_mean
            sums[Q.ESTIMATED if guessed else Q.CALCULATED].append(
                (place, energy + other_energy, means)
            )
    return _by_quality(Channel.NET, sums)


def _contracted(key: SegmentKey, basis: Basis) -> list[Basis]:
    share = Share.of(key.contract_rule)
    if share is None or key.production_format not in MEASURED:
        return []
    under_contract = _places(key, key.contract_start, key.contract_end)
    shares: dict[ReadingQuality, list[_Point]] = defaultdict(list)
    for series in basis.series:
        if series.quality is not None:
            shares[CONTRACTED_QUALITY[series.quality]] += [
                (place, energy * share.numerator, None)
                for place, energy, _ in _points(series)
                if place in under_contract
            ]
    channel = Channel.NET if basis.direction == "net" else Channel.GROSS
    every = _by_quality(channel, shares)
    return [Basis(ReadingValidity.CONTRACTED, basis.direction, every, share.decimals)]


def _places(key: SegmentKey, start: datetime | None, end: datetime | None) -> range:
    """Return the places whose whole interval lies in [start, end); None is open."""
    first, last = 0, key.length()
    length = key.interval_seconds * _SECOND
    if start is not None:
        first = max(first, -((key.segment_start - start) // length))
    if end is not None:
        last = min(last, (end - key.segment_start) // length)
    return range(first, last)


def _points(series: Series) -> Iterator[_Point]:
    for place, energy, mean in zip(
        series.places, series.energy_microkwh, series.mean_microkw, strict=True
    ):
        if energy is not None:
            yield place, energy, mean


def _by_quality(channel: Channel, found: Mapping[ReadingQuality, list[_Point]]) -> list[Series]:
    return [
        _series(channel, quality, found[quality])
        for quality in ReadingQuality
        if found.get(quality)
    ]


def _series(channel: Channel, quality: ReadingQuality, points: list[_Point]) -> Series:
    places, energies, means = zip(*points, strict=True)
    none: Amounts = [None] * len(points)
    return Series(channel, quality, places, energies, means, none, none, none)
