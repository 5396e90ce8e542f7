import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gridfeed.domain.telemetry.block import UnreadableBlockError, decode, encode
from gridfeed.domain.telemetry.samples import MAX_POWER, Samples

START = 1_700_000_100_000_000
INT64 = st.integers(-(2**63), 2**63 - 1)


def samples_of(observed_at, power, quality=None, offset=None, source=0) -> Samples:
    count = len(observed_at)
    return Samples(
        np.array(observed_at, np.int64),
        np.array(power, np.int64),
        np.array(quality if quality is not None else [0] * count, np.uint8),
        np.full(count, source, np.int32),
        np.array(offset if offset is not None else range(count), np.int64),
    )


def assert_comes_back(samples: Samples, start_us: int = START) -> bytes:
    source = int(samples.source[0]) if len(samples) else 0
    block = encode(samples, start_us)
    back = decode(block, start_us, source)
    for before, after in zip(samples.columns(), back.columns(), strict=True):
        assert after.dtype == before.dtype
        assert after.tolist() == before.tolist()
    return block


def at_one_hertz(count: int) -> Samples:
    """One meter's share of a partition of a hundred; power wanders and has three decimals."""
    random = np.random.default_rng(1)
    wander = 1 + np.cumsum(random.normal(0, 0.002, count))
    return samples_of(
        START + np.arange(count) * 1_000_000,
        np.rint(3_000_000 * wander) * 1_000,
        offset=5_000_000_000 + np.cumsum(random.integers(40, 130, count)),
    )


@st.composite
def any_samples(draw) -> Samples:
    count = draw(st.integers(0, 80))

    def column(elements):
        return draw(arrays.arrays(np.int64, count, elements=elements))

    magnitude = 10 ** draw(st.integers(0, 6))
    return samples_of(
        START + np.cumsum(column(st.integers(1, 2_000_000))),
        column(st.integers(-5_000, 5_000)) * magnitude,
        quality=column(draw(st.sampled_from([st.just(0), st.integers(0, 3)]))),
        offset=np.cumsum(column(st.integers(1, 300))),
        source=draw(st.integers(0, 2**31 - 1)),
    )


@given(any_samples())
def test_samples_come_back_as_they_were(samples):
    assert_comes_back(samples)


@given(st.lists(st.tuples(INT64, INT64, st.integers(0, 3), INT64), max_size=40), INT64)
def test_any_bits_come_back_sorted_or_not(rows, start_us):
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    observed_at, power, quality, offset = columns
    assert_comes_back(samples_of(observed_at, power, quality, offset), start_us)


@pytest.mark.parametrize("bits", [7, 15, 31])
def test_numbers_at_the_edge_of_a_width_come_back(bits):
    edge = 1 << bits
    for number in (edge, edge - 1, -edge, -edge - 1):
        assert_comes_back(samples_of([number], [number], offset=[number]), start_us=0)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 15, 16, 17, 300, 5_000])
def test_blocks_of_any_length_come_back(count):
    assert_comes_back(at_one_hertz(count))


@pytest.mark.parametrize("power", [0, 1, -1, MAX_POWER, -MAX_POWER, 2**63 - 1, -(2**63)])
def test_a_steady_power_costs_no_room(power):
    samples = samples_of(START + np.arange(300) * 1_000_000, [power] * 300)
    assert len(assert_comes_back(samples)) < 150


def test_five_minutes_at_one_hertz_take_less_than_six_bytes_a_sample():
    assert len(assert_comes_back(at_one_hertz(300))) < 6 * 300


def test_one_sample_takes_no_more_than_its_numbers():
    sample = samples_of([START + 1_000_000], [3_456_789_000], offset=[5_000_000_000])
    assert len(encode(sample, START)) == 3 + 4 + 4 + 8  # 3,456,789 x 10^3 fits four bytes


def test_quality_is_kept_only_where_it_says_something():
    good = at_one_hertz(300)
    one_bad = samples_of(good.observed_at, good.power, [2] + [0] * 299, good.offset)
    assert_comes_back(one_bad)
    assert 0 < len(encode(one_bad, START)) - len(encode(good, START)) < 60


WRITTEN = {  # by version 1
    "plain": ("014a0100000000f04902004d0040420f00d7490200500180841e00be4902005302"),
    "packed": (
        "01c00124000000240000002400000070636f21030004050401041300001001010020a107000000004000"
        "00000000000000800070636f210300040504010413000010010180f3ffffffffffff3f00f04902000000"
        "00800070636f2103000405040104130000100101800100000000000040004d000000000000800070636f"
        "2103000405040107130000001000000010e4e4e4e4e400"
    ),
}


@pytest.mark.parametrize("layout", WRITTEN)
def test_blocks_in_the_store_stay_readable(layout):
    expected = [(START + n * 1_000_000, 1_500_000 - n * 250, n % 4, 77 + 3 * n) for n in range(20)]
    rows = expected if layout == "packed" else expected[:3]
    back = decode(bytes.fromhex(WRITTEN[layout]), START, source=9)
    columns = (back.observed_at, back.power, back.quality, back.offset)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == rows
    assert set(back.source.tolist()) == {9}


@pytest.mark.parametrize("block", [b"", b"\x00", b"\x02\x00\x00", b"\xff" * 40])
def test_a_block_of_another_version_is_refused(block):
    with pytest.raises(UnreadableBlockError, match="this program reads version 1"):
        decode(block, START, source=0)


def test_a_block_cut_short_is_refused():
    block = encode(at_one_hertz(300), START)
    for length in range(1, len(block) - 1, 7):
        with pytest.raises(UnreadableBlockError, match="is damaged"):
            decode(block[:length], START, source=0)


def test_a_plain_block_with_a_broken_row_is_refused():
    block = encode(at_one_hertz(3), START)
    with pytest.raises(UnreadableBlockError, match="is damaged"):
        decode(block[:-1], START, source=0)
