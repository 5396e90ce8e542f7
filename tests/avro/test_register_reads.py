"""Register reads on the wire: verbatim and exact there and back, and across schema versions."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.avro.encode import encode_register
from gridfeed.avro.records import decode_registers
from gridfeed.domain.settlement.messages import RegisterRead
from gridfeed.domain.words import Reason
from tests.avro.written import (
    TEXTS,
    framed,
    parsed,
    sample,
    two_versions,
    variant,
    writers,
    written,
)

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
FIELDS = {
    "meter_number": "m", "register": "1.8.0", "digits": 5, "multiplier": Decimal("40.5"),
    "value": "00012.50", "read_at": AT,
}  # fmt: skip
READ = RegisterRead("m", "1.8.0", 5, Decimal("40.5"), "00012.50", AT)


def decoded(value: bytes) -> RegisterRead:
    found, rejected = decode_registers([value], writers("RegisterRead"))
    assert rejected == []
    return found[0][1]


def refused(value: bytes | None, schema: str | None = None) -> tuple[Reason, str]:
    sound = written("RegisterRead", FIELDS)
    topic = two_versions(TEXTS["RegisterRead"], schema, "RegisterRead") if schema else None
    found, rejected = decode_registers([sound, value, sound], topic or writers("RegisterRead"))
    assert [position for position, _ in found] == [0, 2]
    (only,) = rejected
    assert only.position == 1
    return only.reason, only.detail


def test_a_read_has_its_fields_verbatim() -> None:
    assert decoded(written("RegisterRead", FIELDS)) == READ


def test_a_read_is_read_back_by_any_reader() -> None:
    body = BytesIO(encode_register(READ)[10:])
    record = fastavro.schemaless_reader(body, parsed(TEXTS["RegisterRead"]), None)
    assert record == FIELDS


@given(
    st.text(max_size=20), st.integers(-(2**31), 2**31 - 1),
    st.integers(-(10**18) + 1, 10**18 - 1), st.text(max_size=20),
    st.datetimes(datetime(1900, 1, 1), datetime(8999, 1, 1)),  # noqa: DTZ001
)  # fmt: skip
def test_whatever_is_encoded_comes_back(
    register: str, digits: int, micro: int, value: str, at: datetime
) -> None:
    multiplier = Decimal(micro).scaleb(-6)
    read = RegisterRead("m", register, digits, multiplier, value, at.replace(tzinfo=UTC))
    assert decoded(encode_register(read)) == read


@pytest.mark.parametrize(
    "multiplier", ["0.0000001", "1000000000000", "1.0000000000000000000000001"]
)
def test_a_multiplier_that_would_be_rounded_is_not_encoded(multiplier: str) -> None:
    read = RegisterRead("m", "total", 5, Decimal(multiplier), "1", AT)
    with pytest.raises(ValueError, match="at most 6 decimals"):
        encode_register(read)


def test_an_older_read_is_of_the_total_register() -> None:
    old = {name: value for name, value in FIELDS.items() if name != "register"}
    assert decoded(written("RegisterRead.v1", old)).register == "total"


def test_a_newer_read_s_unknown_field_is_ignored() -> None:
    newer = variant(record="RegisterRead")
    topic = two_versions(TEXTS["RegisterRead"], newer, "RegisterRead")
    assert decode_registers([framed(newer, FIELDS)], topic) == ([(0, READ)], [])


@pytest.mark.parametrize("number", [10**18, -(10**18)])
def test_a_multiplier_of_more_than_18_digits_is_out_of_range(number: int) -> None:
    unscaled = number.to_bytes(16, "big", signed=True)
    assert refused(written("RegisterRead", FIELDS | {"multiplier": unscaled})) == (
        Reason.OUT_OF_RANGE,
        "multiplier has more than 18 digits; decimal(18,6) is accepted",
    )


def test_a_multiplier_without_bytes_is_undecodable() -> None:
    empty = written("RegisterRead", FIELDS | {"multiplier": b""})
    assert refused(empty)[0] is Reason.UNDECODABLE


def test_a_multiplier_of_another_scale_is_an_unknown_schema() -> None:
    other = variant(('"scale": 6', '"scale": 3'), record="RegisterRead")
    assert refused(framed(other, FIELDS), other)[0] is Reason.UNKNOWN_SCHEMA


@pytest.mark.parametrize(
    "value", [None, b"", b"{}", encode_register(READ)[:-1], encode_register(READ) + b"\0"]
)
def test_a_message_that_is_no_record_is_undecodable(value: bytes | None) -> None:
    assert refused(value)[0] is Reason.UNDECODABLE


def test_another_record_is_an_unknown_schema() -> None:
    assert refused(sample())[0] is Reason.UNKNOWN_SCHEMA
