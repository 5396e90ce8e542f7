"""What net metering and a contract's share are, against one loop over plain Python numbers."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.published.aligned import QUALITIES, Intervals
from gridfeed.domain.published.validity import basis, share_decimals
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import Channel, ReadingQuality, ReadingValidity

Q, V = ReadingQuality, ReadingValidity
#: The tests' days have ten intervals of one minute.
MINUTE = 60_000_000
DAY = 10
Energies = Sequence[int | None]


def day_of(start_us: Int64) -> Int64:
    days: Int64 = start_us // (DAY * MINUTE)
    return days


def at(minute: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)


def channel(energies: Energies, quality: ReadingQuality = Q.CALCULATED) -> Intervals:
    """One interval a minute from the epoch on; None: no value."""
    size = len(energies)
    return Intervals.of(
        np.arange(size) * MINUTE,
        np.full(size, MINUTE),
        np.array([energy or 0 for energy in energies], np.int64),
        present=np.array([energy is not None for energy in energies], bool),
        quality=np.full(size, QUALITIES.index(quality), np.uint8),
    )


def made(
    validity: ReadingValidity, shares: Sequence[ContractShare] = (), **channels: Energies
) -> Intervals:
    every = {Channel(name.upper()): channel(energies) for name, energies in channels.items()}
    return basis(validity, every, shares, day_of)


def by_minute(of: Intervals) -> dict[int, Fraction]:
    """Values by minute, in 10^-6 kWh."""
    minutes = (of.start_us // MINUTE).tolist()
    values = zip(minutes, of.energy.tolist(), of.present.tolist(), strict=True)
    return {m: Fraction(energy, 10**of.scale) for m, energy, present in values if present}


def net_of_day(gross: Energies, load: Energies, net: Energies) -> list[int | None]:
    if any(energy is not None for energy in net):
        return list(net)
    return [
        None if g is None or s is None else g + s for g, s in zip(gross, load, strict=True)
    ]  # fmt: skip


energies = st.lists(st.none() | st.integers(-(10**18), 10**18), min_size=2 * DAY, max_size=2 * DAY)
sparse = energies | st.just([None] * 2 * DAY) | st.just([None] * DAY + [5] * DAY)


@given(sparse, sparse, sparse)
def test_a_day_is_net_as_streamed_or_gross_and_load(gross, load, net) -> None:
    days = (slice(0, DAY), slice(DAY, 2 * DAY))
    expected = [e for day in days for e in net_of_day(gross[day], load[day], net[day])]
    found = by_minute(made(V.NET_METERING, gross=gross, station_load=load, net=net))
    assert found == {m: e for m, e in enumerate(expected) if e is not None}


@given(sparse, sparse, st.fractions(Fraction(1, 1000), 1, max_denominator=10**9), st.data())
def test_a_share_is_of_net_if_the_day_has_any_and_else_of_gross(gross, net, part, data) -> None:
    first, last = sorted(data.draw(st.tuples(st.integers(0, 20), st.integers(0, 20))))
    share = ContractShare(part, at(first), at(last) + timedelta(seconds=30))
    expected = {}
    for day in (range(DAY), range(DAY, 2 * DAY)):
        base = net if any(net[m] is not None for m in day) else gross
        expected |= {m: base[m] * part for m in day if first <= m < last and base[m] is not None}
    if share_decimals(part) is None:
        expected = {m: Fraction(round(value)) for m, value in expected.items()}  # half to even
    assert by_minute(made(V.CONTRACTED, [share], gross=gross, net=net)) == expected


@pytest.mark.parametrize(
    ("share", "decimals"),
    [("1", 0), ("2/5", 1), ("3/8", 3), ("333333/1000000", 6), ("1/3", None), ("1/6", None)],
)
def test_a_share_is_exact_where_a_decimal_fraction_can_write_it(share: str, decimals: int) -> None:
    assert share_decimals(Fraction(share)) == decimals


def test_a_third_is_rounded_once_an_interval_half_to_even() -> None:
    third = ContractShare(Fraction(1, 3))
    assert by_minute(made(V.CONTRACTED, [third], gross=[100, -100, 3])) == {0: 33, 1: -33, 2: 1}
    sixth = ContractShare(Fraction(1, 6))  # 0.5 -> 0, 1.5 -> 2, -0.5 -> 0
    assert by_minute(made(V.CONTRACTED, [sixth], gross=[3, 9, -3])) == {0: 0, 1: 2, 2: 0}


def test_shares_follow_each_other_with_the_decimals_of_the_finest() -> None:
    shares = [
        ContractShare(Fraction(1, 3), None, at(1)),
        ContractShare(Fraction(3, 8), at(1), at(2)),
        ContractShare(Fraction(1), at(3), None),
    ]
    found = made(V.CONTRACTED, shares, gross=[10, 10, 10, 10])
    assert found.scale == 3
    assert by_minute(found) == {0: 3, 1: Fraction(15, 4), 3: 10}


def test_without_a_share_nothing_is_under_contract() -> None:
    assert by_minute(made(V.CONTRACTED, gross=[1, 2])) == {}


def test_the_sum_of_an_estimate_is_an_estimate_and_a_share_keeps_what_is_billed() -> None:
    gross = channel([1, 2], Q.REVENUE)
    load = channel([-1, -1], Q.ESTIMATED)
    channels = {Channel.GROSS: gross, Channel.STATION_LOAD: load}
    net = basis(V.NET_METERING, channels, [], day_of)
    assert [QUALITIES[code] for code in net.quality] == [Q.ESTIMATED] * 2
    share = basis(V.CONTRACTED, {Channel.GROSS: gross}, [ContractShare(Fraction(1))], day_of)
    assert [QUALITIES[code] for code in share.quality] == [Q.REVENUE] * 2


def test_gross_and_load_of_different_lengths_have_no_sum() -> None:
    load = Intervals.of(*np.array([[0], [2 * MINUTE], [-1]], np.int64))
    channels = {Channel.GROSS: channel([1, 2]), Channel.STATION_LOAD: load}
    assert by_minute(basis(V.NET_METERING, channels, [], day_of)) == {}
