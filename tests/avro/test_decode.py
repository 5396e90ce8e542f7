import struct

import numpy as np
import pytest

from gridfeed.avro.decode import decode_telemetry
from gridfeed.domain.telemetry.samples import BAD, GOOD, SUBSTITUTED
from gridfeed.domain.words import Reason
from tests.avro.written import (
    SAMPLE,
    TEXTS,
    framed,
    header_of,
    sample,
    two_versions,
    variant,
    writers,
    written,
)

GROSS, STATION_LOAD, NET = range(3)
V2 = {
    "meter_number": "a",
    "observed_at": 7,
    "power_kw": -3,
    "quality": "GOOD",
    "channel": "NET",
    "tag": b"abc",
    "blob": b"",
}
V3 = {
    "meter_number": "a",
    "observed_at": 7,
    "power_kw": 1.5,
    "origin": {"gateway": "g"},
    "quality": "BAD",
}


def decoded(*values, topic=None):
    telemetry, rejected = decode_telemetry(values, topic or writers())
    rows = zip(
        telemetry.positions.tolist(),
        telemetry.meter_numbers.to_list(),
        telemetry.observed_at.tolist(),
        telemetry.power_kw.tolist(),
        telemetry.quality.tolist(),
        telemetry.channel.tolist(),
        strict=True,
    )
    return list(rows), rejected


def varint(zigzag):
    groups = [zigzag >> shift & 0x7F for shift in range(0, max(zigzag.bit_length(), 1), 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])


def with_number(number):
    """The sample with bytes for a meter number that may be no text."""
    plain = sample(meter_number="")
    return plain[:10] + varint(2 * len(number)) + number + plain[11:]


def reason_of(value, **given):
    rows, rejected = decoded(sample(), value, sample(), **given)
    assert [row[0] for row in rows] == [0, 2]
    (only,) = rejected
    assert only.position == 1
    return only.reason, only.detail


def test_bytes_of_another_writer_are_read_to_the_digit():
    value = (
        bytes.fromhex("c301d38c44f1758f2f9a")  # the marker, the fingerprint of TelemetrySample
        + bytes.fromhex("026d")  # one byte: "m"
        + bytes.fromhex("808082e288d2a306")  # 1,767,225,600,000,000 us, twice that in septets
        + struct.pack("<d", -0.1)
        + bytes.fromhex("0602")  # twice 3: SUBSTITUTED, twice 1: STATION_LOAD
    )
    assert decoded(value) == (
        [(0, "m", SAMPLE["observed_at"], -0.1, SUBSTITUTED, STATION_LOAD)],
        [],
    )


def test_columns_have_the_types_that_are_promised():
    telemetry, _ = decode_telemetry([sample(), written("TelemetrySample.v3", V3)], writers())
    assert [
        column.dtype
        for column in (
            telemetry.meter_numbers.codes,
            telemetry.positions,
            telemetry.observed_at,
            telemetry.power_kw,
            telemetry.quality,
            telemetry.channel,
        )
    ] == [np.int64, np.int64, np.int64, np.float64, np.uint8, np.uint8]


def test_nothing_decodes_to_nothing():
    assert decoded() == ([], [])
    assert decoded(None)[0] == []


def test_an_older_version_takes_defaults_and_is_promoted():
    old = {"meter_number": "a", "observed_at": 7, "power_kw": 0.1, "quality": "BAD"}
    float32 = struct.unpack("<f", struct.pack("<f", 0.1))[0]
    assert decoded(written("TelemetrySample.v1", old)) == ([(0, "a", 7, float32, BAD, GROSS)], [])


def test_a_wider_version_is_read_without_what_the_reader_does_not_know():
    value = written("TelemetrySample.v2", V2 | {"note": "n", "small": 5, "second_tag": b"xyz"})
    assert decoded(value) == ([(0, "a", 7, -3.0, GOOD, NET)], [])


def test_a_version_that_is_not_flat_is_read():
    value = written("TelemetrySample.v3", V3 | {"history": [1.0, 2.0], "labels": {"k": "v"}})
    assert decoded(value) == ([(0, "a", 7, 1.5, BAD, GROSS)], [])


def test_versions_mixed_in_a_batch_keep_their_places():
    v1 = written("TelemetrySample.v1", SAMPLE | {"power_kw": 2.0})
    rows, rejected = decoded(v1, sample(), b"", v1, written("TelemetrySample.v3", V3), sample())
    assert [row[0] for row in rows] == [0, 1, 3, 4, 5]
    assert [row[3] for row in rows] == [2.0, 5.25, 2.0, 1.5, 5.25]
    assert [each.position for each in rejected] == [2]


def test_a_newer_reader_gives_its_default_to_what_is_written_now():

    newer = variant(('"double"', '["null", "double"]'))
    topic = two_versions(newer, TEXTS["TelemetrySample"])
    expected = [(0, "serf-east-1", SAMPLE["observed_at"], 5.25, GOOD, GROSS)]
    assert decoded(sample(), topic=topic) == (expected, [])


def test_a_field_that_was_renamed_is_found_by_its_alias():
    newer = variant(('"power_kw"', '"power_kw", "aliases": ["kilowatts"]'))
    older = TEXTS["TelemetrySample"].replace("power_kw", "kilowatts")
    value = framed(older, {**SAMPLE, "kilowatts": 4.5})
    rows, _ = decoded(value, topic=two_versions(newer, older))
    assert rows[0][3] == 4.5


@pytest.mark.parametrize(
    ("logical", "as_written"),
    [
        ("timestamp-millis", 1_767_225_600_123),
        ("timestamp-micros", 1_767_225_600_123_000),
        ("timestamp-nanos", 1_767_225_600_123_000_999),
    ],
)
def test_an_instant_in_another_unit_is_converted(logical, as_written):
    other = variant(("timestamp-micros", logical))
    value = framed(other, SAMPLE | {"observed_at": as_written})
    topic = two_versions(TEXTS["TelemetrySample"], other)
    assert decoded(value, topic=topic)[0][0][2] == 1_767_225_600_123_000


def test_an_instant_too_far_for_microseconds_is_the_last_one():
    other = variant(("timestamp-micros", "timestamp-millis"))
    value = framed(other, SAMPLE | {"observed_at": 2**61})
    topic = two_versions(TEXTS["TelemetrySample"], other)
    assert decoded(value, topic=topic)[0][0][2] // 1000 == (2**63 - 1) // 1000


def test_numbers_written_longer_than_needed_are_read():
    plain = sample()
    head, number, rest = plain[:10], plain[10:11], plain[11:]
    assert number == b"\x16"  # eleven characters
    rows, rejected = decoded(plain, head + b"\x96\x80\x00" + rest[:-1] + b"\x80\x00")
    assert rejected == []
    assert rows[1] == (1, *rows[0][1:])


def test_an_instant_of_ten_bytes_is_read():
    assert decoded(sample(observed_at=2**63 - 1))[0][0][2] == 2**63 - 1
    assert decoded(sample(observed_at=-(2**63)))[0][0][2] == -(2**63)


def test_a_record_cut_short_is_undecodable():
    assert reason_of(sample()[:-1]) == (
        Reason.UNDECODABLE, "channel: the record ends inside a number",
    )  # fmt: skip


def test_a_record_with_surplus_bytes_is_undecodable():
    assert reason_of(sample() + b"\x00") == (
        Reason.UNDECODABLE, "1 bytes are left after the record",
    )  # fmt: skip


def test_a_short_record_before_a_long_one_does_not_shift_values_between_messages():
    """Together their bytes are two sound records, the second one of another meter."""
    first, second = sample()[10:], sample()[10:]
    moved = [sample()[:10] + part for part in (first[:-10], first[-10:] + second)]
    rows, rejected = decoded(sample(), *moved, sample())
    assert [row[0] for row in rows] == [0, 3]
    assert [each.position for each in rejected] == [1, 2]


def test_a_message_without_value_is_undecodable():
    assert reason_of(None)[0] is Reason.UNDECODABLE


@pytest.mark.parametrize("value", [b"", b"\xc3\x01", b"\xc3\x01123456", b"\x00\x00\x00\x01", b"{}"])
def test_a_message_without_framing_is_undecodable(value):
    reason, detail = reason_of(value)
    assert reason is Reason.UNDECODABLE
    assert "C3 01" in detail


def test_a_meter_number_that_is_no_utf_8_is_undecodable():
    reason, detail = reason_of(sample().replace(b"serf", b"s\xffrf"))
    assert reason is Reason.UNDECODABLE
    assert "UnicodeDecodeError" in detail


@pytest.mark.parametrize("last", [b"\x06", b"\x01", b"\xff\x01"], ids=["3", "-1", "-128"])
def test_an_enum_index_without_a_symbol_is_undecodable(last):
    reason, detail = reason_of(sample()[:-1] + last)
    assert reason is Reason.UNDECODABLE
    assert detail.startswith("channel: there is no symbol of the enum")


def test_a_symbol_that_the_reader_does_not_know_is_undecodable():
    reason, detail = reason_of(written("TelemetrySample.v2", V2 | {"quality": "LOCAL"}))
    assert reason is Reason.UNDECODABLE
    assert "LOCAL" in detail


def test_null_where_a_value_is_needed_is_undecodable():
    assert reason_of(written("TelemetrySample.v3", V3 | {"power_kw": None}))[0] is (
        Reason.UNDECODABLE
    )


def test_a_fingerprint_that_is_not_kept_is_an_unknown_schema():
    reason, detail = reason_of(b"\xc3\x01" + bytes(8) + sample()[10:])
    assert reason is Reason.UNKNOWN_SCHEMA
    assert "0000000000000000" in detail


def test_another_record_is_an_unknown_schema():
    reason, detail = reason_of(header_of(TEXTS["Forecast"]) + sample()[10:])
    assert reason is Reason.UNKNOWN_SCHEMA
    assert "TelemetrySample" in detail


def test_a_registered_id_without_a_registry_is_an_unknown_schema():
    reason, detail = reason_of(b"\x00\x00\x00\x00\x07" + sample()[10:])
    assert reason is Reason.UNKNOWN_SCHEMA
    assert "GRIDFEED_SCHEMA_REGISTRY_URL" in detail


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"type": "double"', '"type": "string"', "its field power_kw has another type"),
        ('"name": "power_kw"', '"name": "power_mw"', "it lacks the field power_kw"),
        ("PointQuality", "OtherQuality", "its field quality has another type"),
        ("timestamp-micros", "local-timestamp-micros", "an instant must be"),
    ],
)
def test_a_version_that_the_reader_cannot_read_is_an_unknown_schema(old, new, why):
    version = variant((old, new))
    topic = two_versions(TEXTS["TelemetrySample"], version)
    reason, detail = reason_of(header_of(version) + sample()[10:], topic=topic)
    assert reason is Reason.UNKNOWN_SCHEMA
    assert why in detail
