"""For any history of a register the energies are those of a plain reference."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.settlement.registers import DialRead
from tests.domain.settlement.register_reads import TEN, counted, kwh, said

CAPACITY_KW = Fraction(1000)


@dataclass(frozen=True)
class History:
    """What an observer who saw every turn of the dials knows: the reads, and the true energies."""

    reads: list[DialRead]
    true_kwh: list[Fraction]


def dials(units: int, digits: int, decimals: int) -> str:
    """Write a count of last-dial units as the register shows it, however often it has turned."""
    text = str(units % 10 ** (digits + decimals)).zfill(digits + decimals)
    return f"{text[:digits]}.{text[digits:]}" if decimals else text


@st.composite
def histories(draw: st.DrawFn, exchanges: bool = True) -> History:
    """A register that is read at growing instants and whose meter is exchanged now and then."""
    reads: list[DialRead] = []
    true_kwh: list[Fraction] = []
    at, offset = TEN, 0

    def read(count: int) -> None:
        nonlocal offset
        offset += 1
        value = dials(count, digits, decimals)
        reads.append(DialRead(at, digits, multiplier, value, (1, offset)))

    digits, decimals = draw(st.integers(1, 12)), draw(st.integers(0, 6))
    multiplier = draw(st.decimals("0.000001", "4000", places=6))
    count = draw(st.integers(0, 10 ** (digits + decimals) - 1))
    read(count)
    for _ in range(draw(st.integers(1, 8))):
        step = timedelta(minutes=draw(st.integers(1, 100_000)))
        unit = Fraction(multiplier) / 10**decimals
        most = CAPACITY_KW * Fraction(6, 5) * (step // timedelta(minutes=1)) / 60 // unit
        turned = draw(st.integers(0, min(int(most), 10 ** (digits + decimals) - 1)))
        at, count = at + step, count + turned
        true_kwh.append(turned * unit)
        read(count)
        if exchanges and draw(st.integers(0, 3)) == 0:
            old = (digits, multiplier, count)
            digits, decimals = draw(st.integers(1, 12)), draw(st.integers(0, 6))
            multiplier = draw(st.decimals("0.000001", "4000", places=6))
            count = draw(st.integers(0, 10 ** (digits + decimals) - 1))
            if (digits, multiplier) == old[:2] and Fraction(reads[-1].value) == Fraction(
                dials(count, digits, decimals)
            ):
                continue  # shows the very same: nobody could tell
            read(count)
    return History(reads, true_kwh)


@given(histories())
def test_every_energy_is_the_one_that_was_counted(history: History) -> None:
    found = counted(history.reads, str(CAPACITY_KW))
    assert [kwh(each) for each in found] == history.true_kwh


@given(histories(), st.data())
def test_the_order_of_arrival_does_not_matter(history: History, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(history.reads))
    # Messages of different instants in any order; the two of an exchange one after the other.
    order = {read.read_at: place for place, read in enumerate(shuffled)}
    arrived = sorted(history.reads, key=lambda read: (order[read.read_at], read.arrival))
    again = [replace(read, arrival=(1, place)) for place, read in enumerate(arrived)]
    assert said(data.draw(st.permutations(again))) == said(history.reads)


@given(histories(), st.data())
def test_repeats_do_not_matter(history: History, data: st.DataObject) -> None:
    repeated = data.draw(st.lists(st.sampled_from(history.reads)))
    late = [replace(read, arrival=(1, 1000 + place)) for place, read in enumerate(repeated)]
    assert said([*history.reads, *late]) == said(history.reads)


@given(histories(exchanges=False))
def test_the_parts_sum_up_to_the_whole_unless_the_dials_could_have_turned_more(
    history: History,
) -> None:
    (whole,) = counted([history.reads[0], history.reads[-1]], str(CAPACITY_KW))
    first = history.reads[0]
    turn = Fraction(first.multiplier) * 10**first.digits
    if "ambiguous_rollover" not in whole.flags:
        assert kwh(whole) == sum(history.true_kwh)
    else:  # then all that is known is the rest
        energy = kwh(whole)
        assert energy is not None
        assert (sum(history.true_kwh) - energy) % turn == 0


VALUES = st.integers(0, 999).map(lambda number: f"{number:03}")
READS = st.lists(
    st.builds(
        DialRead,
        st.integers(0, 5).map(lambda hours: TEN + timedelta(hours=hours)),
        st.sampled_from([3, 3, 3, 4]),
        st.sampled_from([Decimal(1), Decimal(1), Decimal("2.5")]),
        VALUES,
        st.tuples(st.just(1), st.integers(0, 1000)),
    ),
    unique_by=lambda read: read.arrival,
)


@given(READS, st.integers(1, 1500))
def test_any_reads_say_what_the_plain_reference_says(reads: list[DialRead], kw: int) -> None:
    assert [energy for energy, _ in said(reads, str(kw))] == plainly(reads, kw)


def plainly(reads: list[DialRead], kw: int) -> list[Fraction | None]:
    """The rules in words: group by instant, drop repeats, try no turn and one."""
    found: list[Fraction | None] = []
    times = sorted({read.read_at for read in reads})
    at = {time: alike_once([r for r in reads if r.read_at == time]) for time in times}
    for start, end in pairwise(times):
        before, after = at[start], at[end]
        if len(before) > 2 or len(after) > 2:
            found.append(None)
            continue
        old, new = before[-1], after[0]
        if (old.digits, old.multiplier) != (new.digits, new.multiplier):
            found.append(None)
            continue
        units = int(new.value) - int(old.value)
        if units < 0:
            units += 10**old.digits
        hours = (end - start) / timedelta(hours=1)
        possible = (units - 1) * old.multiplier <= Decimal(kw) * Decimal("1.2") * int(hours)
        found.append(units * Fraction(old.multiplier) if possible else None)
    return found


def alike_once(reads: list[DialRead]) -> list[DialRead]:
    found: list[DialRead] = []
    for read in sorted(reads, key=lambda read: read.arrival):
        same = [r for r in found if (r.value, r.kind) == (read.value, read.kind)]
        if not same:
            found.append(read)
    return found
