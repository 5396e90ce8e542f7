import struct
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gridfeed.avro.records import decode_forecasts, decode_reads
from gridfeed.domain.settlement.messages import Forecast, RevenueRead
from gridfeed.domain.words import Channel, Product, ReadQuality, Reason
from tests.avro.written import (
    TEXTS,
    framed,
    header_of,
    sample,
    two_versions,
    variant,
    writers,
    written,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
READ = {
    "meter_number": "m",
    "interval_start": START,
    "interval_seconds": 900,
    "energy_kwh": Decimal("1.234567"),
    "channel": "GROSS",
    "quality": "REVENUE",
    "settlement_version": 3,
    "read_at": START,
}
FORECAST = {
    "meter_number": "m",
    "product": "DAY_AHEAD",
    "issued_at": START,
    "start": START,
    "interval_seconds": 300,
    "power_kw": [1.0, 2.5],
    "p10_kw": None,
    "p90_kw": [3.0, 4.0],
    "model": "v7",
}


def read(**changed):
    return written("RevenueRead", READ | changed)


def forecast(**changed):
    return written("Forecast", FORECAST | changed)


def reason_of_read(value, topic=None):
    found, rejected = decode_reads([read(), value, read()], topic or writers("RevenueRead"))
    assert [position for position, _ in found] == [0, 2]
    (only,) = rejected
    assert only.position == 1
    return only.reason, only.detail


def reason_of_forecast(value):
    found, rejected = decode_forecasts([forecast(), value], writers("Forecast"))
    assert [position for position, _ in found] == [0]
    return rejected[0].reason, rejected[0].detail


def test_a_read_has_its_fields_exactly():
    expected = RevenueRead("m", START, 900, 1_234_567, Channel.GROSS, ReadQuality.REVENUE, 3, START)
    assert decode_reads([read()], writers("RevenueRead")) == ([(0, expected)], [])


@pytest.mark.parametrize(
    "energy", ["0", "-0.000001", "999999999999.999999", "-999999999999.999999"]
)
def test_energy_is_exact_to_the_last_of_18_digits(energy):
    found, _ = decode_reads([read(energy_kwh=Decimal(energy))], writers("RevenueRead"))
    assert Decimal(found[0][1].energy_microkwh).scaleb(-6) == Decimal(energy)


def with_energy_bytes(unscaled):
    """A read whose decimal has these bytes, whatever fastavro thinks of them."""
    return read(energy_kwh=unscaled)


@pytest.mark.parametrize("number", [10**18, -(10**18), 10**30])
def test_an_energy_of_more_than_18_digits_is_out_of_range(number):
    unscaled = number.to_bytes(16, "big", signed=True)
    assert reason_of_read(with_energy_bytes(unscaled)) == (
        Reason.OUT_OF_RANGE,
        "energy_kwh has more than 18 digits; decimal(18,6) is accepted",
    )


def test_a_decimal_padded_with_its_sign_is_read():
    unscaled = (-5).to_bytes(40, "big", signed=True)
    found, _ = decode_reads([with_energy_bytes(unscaled)], writers("RevenueRead"))
    assert found[0][1].energy_microkwh == -5


def test_a_decimal_without_bytes_is_undecodable():
    assert reason_of_read(with_energy_bytes(b""))[0] is Reason.UNDECODABLE


def test_an_older_read_takes_the_default_channel():
    old = {name: value for name, value in READ.items() if name != "channel"}
    found, rejected = decode_reads([written("RevenueRead.v1", old)], writers("RevenueRead"))
    assert rejected == []
    assert found[0][1].channel is Channel.NET
    assert found[0][1].quality is ReadQuality.REVENUE
    assert found[0][1].energy_microkwh == 1_234_567


@pytest.mark.parametrize("scale", [3, 9])
def test_a_decimal_of_another_scale_is_an_unknown_schema(scale):
    other = variant(('"scale": 6', f'"scale": {scale}'), record="RevenueRead")
    topic = two_versions(TEXTS["RevenueRead"], other, "RevenueRead")
    reason, detail = reason_of_read(framed(other, READ | {"energy_kwh": Decimal("1.5")}), topic)
    assert reason is Reason.UNKNOWN_SCHEMA
    assert f"scale 6, not {scale}" in detail


def test_instants_in_milliseconds_are_converted():
    other = variant(("timestamp-micros", "timestamp-millis"), record="RevenueRead")
    topic = two_versions(TEXTS["RevenueRead"], other, "RevenueRead")
    found, _ = decode_reads([framed(other, READ)], topic)
    assert found[0][1].interval_start == START


def test_an_instant_after_8999_is_a_future_timestamp():
    nanoseconds = 1_767_225_600_000_000_000
    reason, detail = reason_of_read(read(interval_start=nanoseconds))
    assert reason is Reason.FUTURE_TIMESTAMP
    assert "send microseconds" in detail


def test_an_instant_before_1900_is_out_of_range():
    assert reason_of_read(read(read_at=-(2**62)))[0] is Reason.OUT_OF_RANGE


@pytest.mark.parametrize("value", [None, b"", b"\xc3\x01", b"{}", read()[:-1], read() + b"\x00"])
def test_a_message_that_is_no_record_is_undecodable(value):
    assert reason_of_read(value)[0] is Reason.UNDECODABLE
    assert reason_of_forecast(value)[0] in (Reason.UNDECODABLE, Reason.UNKNOWN_SCHEMA)


def test_a_negative_enum_index_is_undecodable():
    plain = read()
    quality = plain.rindex(b"\x06\x06", 0, -8)  # REVENUE, then version 3
    value = plain[:quality] + b"\x01" + plain[quality + 1 :]
    assert reason_of_read(value) == (
        Reason.UNDECODABLE,
        "quality: there is no symbol of the enum -1, only 0 to 5",
    )


def test_another_record_is_an_unknown_schema():
    assert reason_of_read(sample())[0] is Reason.UNKNOWN_SCHEMA
    assert reason_of_forecast(sample())[0] is Reason.UNKNOWN_SCHEMA
    assert reason_of_read(b"\x00\x00\x00\x00\x01" + read()[10:])[0] is Reason.UNKNOWN_SCHEMA


def test_a_forecast_has_its_fields_exactly():
    expected = Forecast(
        "m", Product.DAY_AHEAD, START, START, 300, (1.0, 2.5), None, (3.0, 4.0), "v7"
    )
    assert decode_forecasts([forecast()], writers("Forecast")) == ([(0, expected)], [])


def test_an_older_forecast_has_no_quantiles_and_no_model():
    old = {name: FORECAST[name] for name in list(FORECAST)[:6]}
    found, rejected = decode_forecasts([written("Forecast.v1", old)], writers("Forecast"))
    assert rejected == []
    only = found[0][1]
    assert (only.p10_kw, only.p90_kw, only.model, only.power_kw) == (None, None, None, (1.0, 2.5))
    assert only.product is Product.DAY_AHEAD


def test_arrays_in_several_blocks_are_read():
    """Go's hamba/avro writes blocks of 100 items, each with its size in bytes."""
    one, two = struct.pack("<d", 1.0), struct.pack("<d", 2.5)
    whole = b"\x04" + one + two + b"\x00"
    blocks = b"\x01\x10" + one + b"\x02" + two + b"\x00"
    value = forecast().replace(whole, blocks)
    assert value != forecast()
    found, rejected = decode_forecasts([value], writers("Forecast"))
    assert (found[0][1].power_kw, rejected) == ((1.0, 2.5), [])


def test_an_array_of_more_items_than_bytes_is_undecodable():
    value = (
        header_of(TEXTS["Forecast"]) + b"\x02m\x00\x00\x00\x00" + b"\xfe" + b"\xff" * 7 + b"\x7f"
    )
    reason, detail = reason_of_forecast(value)
    assert reason is Reason.UNDECODABLE
    assert detail.startswith("power_kw: ")


def test_a_model_with_a_zero_byte_is_undecodable():
    """PostgreSQL's text cannot hold it: the flush would fail again and again."""
    assert reason_of_forecast(forecast(model="v\0"))[0] is Reason.UNDECODABLE
