"""The columnar decoder gives exactly what fastavro gives message by message."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gridfeed.avro.decode import decode_telemetry
from gridfeed.domain.words import Reason
from tests.avro.plain_decoding import LONG_NUMBERS, PlainDecoder, rows_of
from tests.avro.written import TEXTS, header_of, writers, written

NAMES = ("TelemetrySample", "TelemetrySample.v1", "TelemetrySample.v2", "TelemetrySample.v3")
HEADERS = [header_of(TEXTS[name]) for name in NAMES]
WRITERS = writers()


PLAIN = PlainDecoder(TEXTS[name] for name in NAMES)

numbers = st.text(max_size=12) | st.sampled_from(["serf-east-1", "é" * 5, "m" * 200])
longs = st.integers(-(2**63), 2**63 - 1) | st.integers(1_600_000_000_000_000, 1_900_000_000_000_000)
ints = st.integers(-(2**31), 2**31 - 1)
records = {
    "TelemetrySample": st.fixed_dictionaries(
        {
            "meter_number": numbers,
            "observed_at": longs,
            "power_kw": st.floats(),
            "quality": st.sampled_from(["GOOD", "UNCERTAIN", "BAD", "SUBSTITUTED"]),
            "channel": st.sampled_from(["GROSS", "STATION_LOAD", "NET"]),
        }
    ),
    "TelemetrySample.v1": st.fixed_dictionaries(
        {
            "meter_number": numbers,
            "scan_group": st.text(max_size=3),
            "observed_at": longs,
            "power_kw": st.floats(width=32, allow_nan=False),
            "quality": st.sampled_from(["BAD", "GOOD"]),
        }
    ),
    "TelemetrySample.v2": st.fixed_dictionaries(
        {
            "channel": st.sampled_from(["NET", "GROSS", "STATION_LOAD"]),
            "flag": st.booleans(),
            "observed_at": ints,
            "small": st.none() | ints,
            "tag": st.binary(min_size=3, max_size=3),
            "power_kw": ints,
            "ratio": st.none() | st.floats(width=32),
            "note": st.none() | st.text(max_size=5),
            "blob": st.none() | st.binary(max_size=5),
            "quality": st.sampled_from(["SUBSTITUTED", "LOCAL", "GOOD", "BAD"]),
            "raw_quality": st.none() | st.sampled_from(["SUBSTITUTED", "LOCAL", "GOOD", "BAD"]),
            "second_tag": st.none() | st.binary(min_size=3, max_size=3),
            "second_flag": st.none() | st.booleans(),
            "wide": st.none() | st.floats(),
            "meter_number": numbers,
        }
    ),
    "TelemetrySample.v3": st.fixed_dictionaries(
        {
            "labels": st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=2),
            "meter_number": numbers,
            "history": st.lists(st.floats(), max_size=3),
            "observed_at": longs,
            "power_kw": st.none() | st.floats(),
            "origin": st.fixed_dictionaries({"gateway": st.text(max_size=2)}),
            "quality": st.none() | ints | st.sampled_from(["GOOD", "BAD"]),
        }
    ),
}
sound = st.one_of(*(records[name].map(lambda row, name=name: written(name, row)) for name in NAMES))


@st.composite
def cut_short(draw: st.DrawFn) -> list[bytes]:
    value = draw(sound)
    return [value[: draw(st.integers(0, len(value) - 1))]]


@st.composite
def with_surplus(draw: st.DrawFn) -> list[bytes]:
    return [draw(sound) + draw(st.binary(min_size=1, max_size=20))]


@st.composite
def misaligned(draw: st.DrawFn) -> list[bytes]:
    """Two messages whose bodies make two records together, but are cut at another place."""
    row = records[name := draw(st.sampled_from(NAMES))]
    first, second = written(name, draw(row)), written(name, draw(row))
    moved = draw(st.integers(1, len(first) - 10))
    return [first[:-moved], second[:10] + first[-moved:] + second[10:]]


@st.composite
def foreign(draw: st.DrawFn) -> list[bytes]:
    crc = draw(st.binary(min_size=8, max_size=8))
    return [b"\xc3\x01" + crc + draw(sound)[10:]]


anything = st.binary(max_size=40).filter(lambda body: not LONG_NUMBERS.search(body))
NOISE = st.builds(lambda head, body: [head + body], st.sampled_from(HEADERS), anything)

SPOILED = st.one_of(
    cut_short(), with_surplus(), misaligned(), foreign(), NOISE, st.just([None]), st.just([b""])
)
batches = st.lists(
    sound.map(lambda value: (True, [value])) | SPOILED.map(lambda values: (False, values)),
    max_size=30,
)


@settings(max_examples=200)
@given(batches)
def test_a_batch_decodes_to_what_fastavro_decodes_one_by_one(batch):
    values = [value for _, part in batch for value in part if not PLAIN.is_unusual(value)]
    expected = {
        position: row
        for position, value in enumerate(values)
        if (row := PLAIN.row(value)) is not None
    }
    telemetry, rejected = decode_telemetry(values, WRITERS)
    assert rows_of(telemetry) == expected
    assert [each.position for each in rejected] == sorted(set(range(len(values))) - set(expected))


def certainly_bad(part: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes | None]:
    """A record cut short has no other end, and a whole one no other reading of what follows."""
    return st.one_of(
        st.builds(lambda value, cut: value[: cut % len(value)], part, st.integers(0, 10**6)),
        st.builds(lambda value, more: value + more, part, st.binary(min_size=1, max_size=20)),
        st.builds(lambda value: b"\xc3\x01other--." + value[10:], part),
        st.sampled_from([None, b"", b"\xc3\x01"]),
    )


resolvable = st.one_of(
    *(records[name].map(lambda row, name=name: written(name, row)) for name in NAMES[:2])
)
marked = st.tuples(st.just(True), resolvable) | st.tuples(st.just(False), certainly_bad(resolvable))


@settings(max_examples=200)
@given(st.lists(marked, max_size=60))
def test_exactly_the_spoiled_messages_are_rejected(batch):
    telemetry, rejected = decode_telemetry([value for _, value in batch], WRITERS)
    spoiled = [place for place, (good, _) in enumerate(batch) if not good]
    assert [each.position for each in rejected] == spoiled
    assert telemetry.positions.tolist() == sorted(set(range(len(batch))) - set(spoiled))
    assert {each.reason for each in rejected} <= {Reason.UNDECODABLE, Reason.UNKNOWN_SCHEMA}
