"""A registered schema that refers to other subjects is read as if it stood in one text."""

import json
from itertools import pairwise

import pytest

from gridfeed.avro.decode import decode_telemetry
from gridfeed.avro.references import DEEPEST_REFERENCE, MOST_REFERENCES
from gridfeed.avro.registry import RegistryError, SchemaRegistry
from gridfeed.avro.schemas import kept
from gridfeed.avro.writers import Writers
from gridfeed.domain.words import Reason
from tests.avro.registry_server import Registry, running
from tests.avro.written import SAMPLE, TEXTS, body_of, sample

QUALITY, CHANNEL = "gridfeed.PointQuality", "gridfeed.Channel"


@pytest.fixture
def registry():
    with running() as server:
        yield server


def referring(**types: str) -> str:
    """TelemetrySample with the types of some fields replaced by names."""
    schema = json.loads(TEXTS["TelemetrySample"])
    for field in schema["fields"]:
        field["type"] = types.get(field["name"], field["type"])
    return json.dumps(schema)


def definition(field_name: str, **changed: str) -> str:
    """The type of a field of TelemetrySample, as a subject of its own holds it."""
    schema = json.loads(TEXTS["TelemetrySample"])
    kind = next(field["type"] for field in schema["fields"] if field["name"] == field_name)
    return json.dumps({**kind, "namespace": "gridfeed", **changed})


def record_of(name: str, kind: str) -> str:
    fields = [{"name": "inner", "type": kind}]
    return json.dumps({"type": "record", "name": name, "namespace": "gridfeed", "fields": fields})


def confluent(number: int, record=SAMPLE) -> bytes:
    return b"\x00" + number.to_bytes(4, "big") + body_of(TEXTS["TelemetrySample"], record)


async def decoded(registry: Registry, values: list[bytes]):
    client = SchemaRegistry(registry.url, first_wait_seconds=0.001)
    writers = Writers("TelemetrySample", kept(), client)
    try:
        await writers.learn(values)
        return decode_telemetry(values, writers)
    finally:
        await client.close()


async def refused(registry: Registry, number: int) -> str:
    """Decode a message of the id between two good ones; return why it alone is refused."""
    telemetry, rejected = await decoded(registry, [sample(), confluent(number), sample()])
    assert telemetry.positions.tolist() == [0, 2]
    assert [(each.position, each.reason) for each in rejected] == [(1, Reason.UNKNOWN_SCHEMA)]
    return str(rejected[0].detail)


async def test_two_types_of_other_subjects_are_read_and_each_subject_is_asked_for_once(registry):
    registry.schemas[7] = referring(quality=QUALITY, channel=CHANNEL)
    registry.subjects = {QUALITY: definition("quality"), CHANNEL: definition("channel")}
    registry.references[7] = [QUALITY, CHANNEL]
    record = SAMPLE | {"quality": "BAD", "channel": "NET"}
    telemetry, rejected = await decoded(registry, [confluent(7, record)] * 50)
    assert (telemetry.power_kw.tolist(), rejected) == ([5.25] * 50, [])
    assert (set(telemetry.quality.tolist()), set(telemetry.channel.tolist())) == ({2}, {2})
    asked = {path for path in registry.asked if path.startswith("/subjects")}
    assert (len(asked), set(registry.asked.values())) == (2, {1})


async def test_a_reference_of_a_reference_is_followed(registry):
    extra = {"name": "site", "type": "gridfeed.Site"}
    schema = json.loads(referring(quality=QUALITY))
    schema["fields"].append(extra)
    registry.schemas[7] = json.dumps(schema)
    registry.subjects = {QUALITY: definition("quality"), "site": record_of("Site", QUALITY)}
    registry.references = {7: ["site"], "site": [QUALITY]}
    values = [confluent(7) + b"\x02"]  # the site's quality: UNCERTAIN
    telemetry, rejected = await decoded(registry, values)
    assert (telemetry.power_kw.tolist(), rejected) == ([5.25], [])


async def test_a_subject_that_the_registry_does_not_know_rejects_its_message_only(registry):
    registry.schemas[7] = referring(quality=QUALITY)
    registry.references[7] = [QUALITY]
    assert f"version 1 of subject '{QUALITY}'" in await refused(registry, 7)


async def test_a_circle_of_two_subjects_is_refused(registry):
    registry.schemas[7] = referring(quality=QUALITY)
    registry.subjects = {QUALITY: record_of("A", CHANNEL), CHANNEL: record_of("B", QUALITY)}
    registry.references = {7: [QUALITY], QUALITY: [CHANNEL], CHANNEL: [QUALITY]}
    assert "has a circular reference" in await refused(registry, 7)


async def test_references_deeper_than_16_or_more_than_64_are_refused(registry):
    chain = [f"s{n}" for n in range(DEEPEST_REFERENCE + 2)]
    registry.subjects = {name: record_of(name, "int") for name in chain}
    registry.references = {name: [following] for name, following in pairwise(chain)}
    registry.schemas = {7: referring(), 8: referring()}
    registry.references[7] = ["s0"]
    assert "more than 16 levels deep" in await refused(registry, 7)
    wide = [f"w{n}" for n in range(MOST_REFERENCES + 1)]
    registry.subjects |= {name: record_of(name, "int") for name in wide}
    registry.references[8] = wide
    assert "more than 64 subjects" in await refused(registry, 8)


async def test_a_subject_that_defines_something_else_rejects_its_message_only(registry):
    registry.schemas[7] = referring(quality=QUALITY)
    registry.references[7] = [QUALITY]
    registry.subjects[QUALITY] = definition("quality", name="Other")
    assert QUALITY in await refused(registry, 7)


async def test_a_registry_that_goes_away_while_references_are_read_rejects_nothing(registry):
    registry.schemas[7] = referring(quality=QUALITY)
    registry.references[7] = [QUALITY]
    registry.subjects[QUALITY] = '{"no": "registry"}'
    first = registry.answer

    def away(path: str):
        return (503, {}) if path.startswith("/subjects/") else first(path)

    registry.answer = away  # type: ignore[method-assign]
    with pytest.raises(RegistryError, match="GRIDFEED_SCHEMA_REGISTRY_URL"):
        await decoded(registry, [confluent(7), sample()])
