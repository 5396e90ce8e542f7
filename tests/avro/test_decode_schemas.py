"""Whatever schema a writer has, whole or spoiled, columns are what fastavro reads one by one."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gridfeed.avro.decode import decode_telemetry
from gridfeed.avro.schemas import SchemaStore
from gridfeed.avro.writers import Writers
from tests.avro.plain_decoding import LONG_NUMBERS, PlainDecoder, rows_of
from tests.avro.written import TEXTS, framed

QUALITIES = ["GOOD", "UNCERTAIN", "BAD", "SUBSTITUTED"]
CHANNELS = ["GROSS", "STATION_LOAD", "NET"]
NUMBERS = ["m", "serf-east-1", "é" * 5, "m" * 64, "m" * 65]
INTS = st.integers(-(2**31), 2**31 - 1)
LONGS = st.integers(-(2**63), 2**63 - 1)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": INTS,
    "long": LONGS,
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(),
    "bytes": st.sampled_from([number.encode() for number in NUMBERS]),
    "string": st.sampled_from(NUMBERS),
}


def enum(name: str, symbols: list[str]) -> st.SearchStrategy[Any]:
    """The symbols in another order, maybe without some, maybe with one more."""
    others = st.lists(st.sampled_from([*symbols, "OTHER"]), min_size=1, unique=True)
    return others.map(lambda chosen: {"type": "enum", "name": name, "symbols": chosen})


def nullable(types: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        types, types.map(lambda kind: ["null", kind]), types.map(lambda kind: [kind, "null"])
    )


def field(name: str, types: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return nullable(types).map(lambda kind: {"name": name, "type": kind})


NEEDED = [
    field("meter_number", st.sampled_from(["string", "bytes"])),
    field("observed_at", st.sampled_from(["int", "long"])),
    field("power_kw", st.sampled_from(["int", "long", "float", "double"])),
]
MAY_LACK = [
    field("quality", enum("PointQuality", QUALITIES)),
    field("channel", enum("Channel", CHANNELS)),
    field("extra", st.sampled_from([kind for kind in VALUES if kind != "null"])),
    field("tag", st.just({"type": "fixed", "name": "Tag", "size": 3})),
    st.just({"name": "nothing", "type": "null"}),
    st.just({"name": "list", "type": {"type": "array", "items": "string"}}),
]


@st.composite
def schemas(draw: st.DrawFn) -> str:
    lacking = draw(st.sets(st.sampled_from(range(len(MAY_LACK)))))
    rest = [part for place, part in enumerate(MAY_LACK) if place not in lacking]
    fields = draw(st.permutations([draw(part) for part in [*NEEDED, *rest]]))
    return json.dumps(
        {"type": "record", "name": "TelemetrySample", "namespace": "gridfeed", "fields": fields}
    )


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, list):
        return st.one_of(*(values_of(branch) for branch in kind))
    if isinstance(kind, str):
        return VALUES[kind]
    if kind["type"] == "enum":
        return st.sampled_from(kind["symbols"])
    if kind["type"] == "fixed":
        return st.binary(min_size=kind["size"], max_size=kind["size"])
    if kind["type"] == "array":
        return st.lists(values_of(kind["items"]), max_size=2)
    return VALUES[kind["type"]]


def messages(text: str) -> st.SearchStrategy[bytes]:
    fields = {each["name"]: values_of(each["type"]) for each in json.loads(text)["fields"]}
    return st.fixed_dictionaries(fields).map(lambda record: framed(text, record))


@st.composite
def mutated(draw: st.DrawFn, text: str) -> bytes:
    """A message whose body lost, got or changed some bytes."""
    value = draw(messages(text))
    at = draw(st.integers(10, len(value)))
    until = draw(st.integers(at, min(at + 3, len(value))))
    return value[:at] + draw(st.binary(max_size=3)) + value[until:]


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[str], list[bytes]]:
    """Messages of two random schemas and the newest one, mixed, some of them mutated."""
    texts = [draw(schemas()), draw(schemas()), TEXTS["TelemetrySample"]]
    one = st.sampled_from(texts).flatmap(lambda text: messages(text) | mutated(text))
    return texts, draw(st.lists(one, max_size=20))


@settings(max_examples=100)
@given(batches())
def test_columns_of_any_schema_are_what_fastavro_reads_one_by_one(batch):
    texts, values = batch
    plain = PlainDecoder(texts)
    kept = {
        "TelemetrySample": texts[2], "TelemetrySample.v1": texts[0], "TelemetrySample.v2": texts[1],
    }  # fmt: skip
    values = [
        value
        for value in values
        if not LONG_NUMBERS.search(value, 10) and not plain.is_unusual(value)
    ]
    telemetry, rejected = decode_telemetry(values, Writers("TelemetrySample", SchemaStore(kept)))
    rows = {place: row for place, value in enumerate(values) if (row := plain.row(value))}
    assert rows_of(telemetry) == rows
    assert [each.position for each in rejected] == sorted(set(range(len(values))) - set(rows))
