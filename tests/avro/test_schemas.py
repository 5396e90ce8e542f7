import json
from functools import cache

import fastavro
import pytest

from gridfeed.avro.schemas import BadSchemaError, SchemaStore, fingerprint, kept
from tests.avro.written import TEXTS

EMPTY = 0xC15D213AA4D7A795

CANONICAL_TELEMETRY = (
    '{"name":"gridfeed.TelemetrySample","type":"record","fields":['
    '{"name":"meter_number","type":"string"},'
    '{"name":"observed_at","type":"long"},'
    '{"name":"power_kw","type":"double"},'
    '{"name":"quality","type":{"name":"gridfeed.PointQuality","type":"enum",'
    '"symbols":["GOOD","UNCERTAIN","BAD","SUBSTITUTED"]}},'
    '{"name":"channel","type":{"name":"gridfeed.Channel","type":"enum",'
    '"symbols":["GROSS","STATION_LOAD","NET"]}}]}'
)


@cache
def crc_table() -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = (value >> 1) ^ (EMPTY if value & 1 else 0)
        return value

    return tuple(entry(index) for index in range(256))


def crc_64_avro(canonical: str) -> int:
    """The algorithm of the Avro specification, "Schema Fingerprints", written out."""
    crc = EMPTY
    for byte in canonical.encode():
        crc = (crc >> 8) ^ crc_table()[(crc ^ byte) & 0xFF]
    return crc


@pytest.mark.parametrize(
    ("canonical", "number"),
    # From the Avro project's own test data, share/test/data/schema-tests.txt.
    [('"null"', 0x63DD24E7CC258F8A), ('"int"', 0x7275D51A3F395C8F)],
)
def test_the_written_out_algorithm_gives_the_specification_s_numbers(canonical, number):
    assert crc_64_avro(canonical) == number


@pytest.mark.parametrize("canonical", ['"null"', '"int"', '"string"', '"double"'])
def test_a_fingerprint_is_the_crc_little_endian(canonical):
    schema = fastavro.parse_schema(json.loads(canonical))
    assert fingerprint(schema) == crc_64_avro(canonical).to_bytes(8, "little")


def test_the_fingerprint_of_telemetry_is_the_crc_of_its_canonical_form():
    expected = crc_64_avro(CANONICAL_TELEMETRY).to_bytes(8, "little")
    assert fingerprint(kept().reader("TelemetrySample")) == expected
    assert expected.hex() == "d38c44f1758f2f9a"


def test_every_kept_version_is_found_by_its_fingerprint():
    store = SchemaStore(TEXTS)
    for text in TEXTS.values():
        schema = fastavro.parse_schema(json.loads(text))
        found = store.version(fingerprint(schema))
        assert found is not None
        assert fingerprint(found) == fingerprint(schema)


def test_the_reader_is_the_version_without_a_number():
    reader = SchemaStore(TEXTS).reader("TelemetrySample")
    assert [field["name"] for field in reader["fields"]] == [
        "meter_number", "observed_at", "power_kw", "quality", "channel",
    ]  # fmt: skip


def test_an_unknown_record_is_named():
    with pytest.raises(BadSchemaError, match=r"no schemas/avro/Weather\.avsc"):
        kept().reader("Weather")


@pytest.mark.parametrize("text", ["5", "{", '{"type": "record"}', '"int"'])
def test_a_file_that_is_no_record_schema_stops_the_start(text):
    with pytest.raises(BadSchemaError):
        SchemaStore({"Weather": text})


def test_a_file_that_defines_another_record_stops_the_start():
    with pytest.raises(BadSchemaError, match=r"Weather\.v1\.avsc does not define"):
        SchemaStore({"Weather.v1": TEXTS["TelemetrySample"]})
