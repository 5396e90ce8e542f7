import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from io import BytesIO

import fastavro
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.avro.encode import (
    encode_change,
    encode_forecast,
    encode_read,
    encode_telemetry,
    encode_telemetry_batch,
)
from gridfeed.avro.telemetry import Telemetry, TextColumn, none
from gridfeed.domain.settlement.messages import Forecast, RevenueRead, SegmentChange
from gridfeed.domain.telemetry.samples import POINT_QUALITIES
from gridfeed.domain.telemetry.series import CHANNELS
from gridfeed.domain.words import (
    ChangeKind,
    Channel,
    PointQuality,
    Product,
    ProductionFormat,
    ReadQuality,
)
from tests.avro.written import TEXTS, header_of, parsed

AT = datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)
READ = RevenueRead(
    "m", AT, 900, 1_500_000, Channel.NET, ReadQuality.REVENUE, 2, AT + timedelta(hours=1)
)


def read_back(name, value):
    """Read a message as any other program would."""
    assert value[:10] == header_of(TEXTS[name])
    stream = BytesIO(value[10:])
    record = fastavro.schemaless_reader(stream, parsed(TEXTS[name]), None)
    assert not stream.read()
    return record


def test_a_sample_is_read_back_by_any_reader():
    value = encode_telemetry("m", AT, -0.1, PointQuality.BAD, Channel.NET)
    assert read_back("TelemetrySample", value) == {
        "meter_number": "m", "observed_at": AT, "power_kw": -0.1, "quality": "BAD",
        "channel": "NET",
    }  # fmt: skip


def test_a_read_is_read_back_by_any_reader():
    assert read_back("RevenueRead", encode_read(READ)) == {
        "meter_number": "m", "interval_start": AT, "interval_seconds": 900,
        "energy_kwh": Decimal("1.500000"), "channel": "NET", "quality": "REVENUE",
        "settlement_version": 2, "read_at": AT + timedelta(hours=1),
    }  # fmt: skip


@pytest.mark.parametrize("number", [0, 1, -1, 127, 128, -128, -129, 10**18 - 1, 1 - 10**18])
def test_energies_are_exact_to_the_last_of_18_digits(number):
    read = RevenueRead("m", AT, 900, number, Channel.NET, ReadQuality.RAW, 0, AT)
    assert read_back("RevenueRead", encode_read(read))["energy_kwh"] == (Decimal(number).scaleb(-6))


def test_an_energy_of_19_digits_is_refused():
    with pytest.raises(ValueError, match="more than 18 digits"):
        encode_read(RevenueRead("m", AT, 900, 10**18, Channel.NET, ReadQuality.RAW, 0, AT))


@pytest.mark.parametrize("p10", [None, (), (0.5, 1.5)])
def test_a_forecast_is_read_back_by_any_reader(p10):
    forecast = Forecast("m", Product.DAY_AHEAD, AT, AT, 300, (1.0, 2.0), p10, None, "v7")
    assert read_back("Forecast", encode_forecast(forecast)) == {
        "meter_number": "m", "product": "DAY_AHEAD", "issued_at": AT, "start": AT,
        "interval_seconds": 300, "power_kw": [1.0, 2.0],
        "p10_kw": None if p10 is None else list(p10), "p90_kw": None, "model": "v7",
    }  # fmt: skip


CHANGE = SegmentChange(
    change_id="12-34", kind=ChangeKind.CORRECTED, meter_number="m",
    cds_productionproject_id="p", production_format=ProductionFormat.SCADA,
    channel=Channel.GROSS, interval_from=AT, interval_to=AT, interval_seconds=300,
    recorded_at=AT,
)  # fmt: skip
SAID = {
    "change_id": "12-34", "kind": "CORRECTED", "meter_number": "m",
    "cds_productionproject_id": "p", "production_format": "scada", "channel": "GROSS",
    "interval_from": AT, "interval_to": AT, "interval_seconds": 300, "recorded_at": AT,
}  # fmt: skip


def test_a_change_is_read_back_by_any_reader():
    minute = timedelta(minutes=1)
    change = replace(
        CHANGE, cause="late_samples", delta_microkwh=-125_000, t_observed=AT - 2 * minute,
        t_ingested=AT - minute, t_published=AT + minute,
    )  # fmt: skip
    assert read_back("SegmentChange", encode_change(change)) == SAID | {
        "cause": "late_samples", "delta_kwh": Decimal("-0.125000"),
        "t_observed": AT - 2 * minute, "t_ingested": AT - minute, "t_stored": AT,
        "t_published": AT + minute,
    }  # fmt: skip


def test_a_change_with_no_message_behind_it_says_so():
    unknown = dict.fromkeys(("cause", "delta_kwh", "t_observed", "t_ingested", "t_published"))
    assert read_back("SegmentChange", encode_change(CHANGE)) == SAID | unknown | {"t_stored": AT}


@pytest.mark.parametrize("delta", [2**63 - 1, -(2**63)])
def test_the_greatest_differences_are_exact(delta):
    change = replace(CHANGE, delta_microkwh=delta)
    assert read_back("SegmentChange", encode_change(change))["delta_kwh"] == Decimal(delta).scaleb(
        -6, Context(prec=20)
    )


def test_a_reader_of_the_first_version_reads_a_change_of_today():
    first = json.loads(TEXTS["SegmentChange"])
    first["fields"] = [field for field in first["fields"] if field["name"] in SAID]
    body = encode_change(replace(CHANGE, cause="edit", delta_microkwh=5))[10:]
    writer = fastavro.parse_schema(json.loads(TEXTS["SegmentChange"]))
    assert fastavro.schemaless_reader(BytesIO(body), writer, fastavro.parse_schema(first)) == SAID


samples = st.tuples(
    st.sampled_from(["a", "serf-east-1", "é", "m" * 100]),
    st.datetimes(timezones=st.just(UTC)),
    st.floats(),
    st.sampled_from(POINT_QUALITIES),
    st.sampled_from(CHANNELS),
)


@given(st.lists(samples, max_size=20))
def test_a_batch_is_encoded_to_the_same_bytes_as_one_by_one(rows):
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    batch = Telemetry(
        np.arange(len(rows)),
        TextColumn.of(row[0] for row in rows),
        np.array([(row[1] - epoch) // timedelta(microseconds=1) for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64),
        np.array([POINT_QUALITIES.index(row[3]) for row in rows], np.uint8),
        np.array([CHANNELS.index(row[4]) for row in rows], np.uint8),
    )
    assert encode_telemetry_batch(batch) == [encode_telemetry(*row) for row in rows]


def test_the_least_and_the_greatest_instant_are_encoded():
    batch = Telemetry(
        np.arange(3), TextColumn.of(["m"] * 3), np.array([-(2**63), 0, 2**63 - 1]),
        np.zeros(3), np.zeros(3, np.uint8), np.zeros(3, np.uint8),
    )  # fmt: skip
    text = TEXTS["TelemetrySample"].replace(', "logicalType": "timestamp-micros"', "")
    plain = fastavro.parse_schema(json.loads(text))
    assert [
        fastavro.schemaless_reader(BytesIO(value[10:]), plain, None)["observed_at"]
        for value in encode_telemetry_batch(batch)
    ] == [-(2**63), 0, 2**63 - 1]


def test_an_empty_batch_is_encoded_to_nothing():
    assert encode_telemetry_batch(none()) == []
