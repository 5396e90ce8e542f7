"""Encodes messages as framed bytes: single-object encoding with the newest schemas."""

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from functools import cache
from io import BytesIO
from typing import Any, TypeVar

import fastavro
import numpy as np
from numpy.typing import NDArray

from gridfeed.avro.framing import single_object_header
from gridfeed.avro.schemas import AvroSchema, fingerprint, kept
from gridfeed.avro.telemetry import Telemetry
from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.settlement.messages import (
    MAX_MICROKWH,
    Forecast,
    RegisterRead,
    RevenueRead,
    SegmentChange,
)
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import Channel, PointQuality

Given = TypeVar("Given")
Converted = TypeVar("Converted")

_LONGEST_VARINT = 10


def encode_telemetry(
    meter_number: str,
    observed_at: datetime,
    power_kw: float,
    quality: PointQuality = PointQuality.GOOD,
    channel: Channel = Channel.GROSS,
) -> bytes:
    """Return a sample as bytes. observed_at: aware. power_kw: generation positive."""
    return _encode(
        "TelemetrySample",
        {
            "meter_number": meter_number,
            "observed_at": microseconds(observed_at),
            "power_kw": power_kw,
            "quality": quality,
            "channel": channel,
        },
    )


def encode_read(read: RevenueRead) -> bytes:
    """Return a revenue read as bytes. Raises ValueError for an energy of more than 18 digits."""
    if abs(read.energy_microkwh) > MAX_MICROKWH:
        raise ValueError(
            f"energy of {read.energy_microkwh} x 10^-6 kWh has more than 18 digits; "
            f"at most {MAX_MICROKWH} fits decimal(18,6)"
        )
    return _encode(
        "RevenueRead",
        {
            "meter_number": read.meter_number,
            "interval_start": microseconds(read.interval_start),
            "interval_seconds": read.interval_seconds,
            "energy_kwh": _unscaled(read.energy_microkwh),
            "channel": read.channel,
            "quality": read.quality,
            "settlement_version": read.settlement_version,
            "read_at": microseconds(read.read_at),
        },
    )


def encode_forecast(forecast: Forecast) -> bytes:
    """Return a forecast as bytes."""
    return _encode(
        "Forecast",
        {
            "meter_number": forecast.meter_number,
            "product": forecast.product,
            "issued_at": microseconds(forecast.issued_at),
            "start": microseconds(forecast.start),
            "interval_seconds": forecast.interval_seconds,
            "power_kw": forecast.power_kw,
            "p10_kw": _optional(forecast.p10_kw),
            "p90_kw": _optional(forecast.p90_kw),
            "model": forecast.model,
        },
    )


def encode_register(read: RegisterRead) -> bytes:
    """Return a register read as bytes.

    Raises ValueError for a multiplier that does not fit decimal(18,6).
    """
    micro = Fraction(read.multiplier) * 10**6
    if micro.denominator != 1 or abs(micro) > MAX_MICROKWH:
        raise ValueError(
            f"multiplier {read.multiplier} does not fit decimal(18,6); give at most 6 decimals"
        )
    return _encode(
        "RegisterRead",
        {
            "meter_number": read.meter_number,
            "register": read.register,
            "digits": read.digits,
            "multiplier": _unscaled(micro.numerator),
            "value": read.value,
            "read_at": microseconds(read.read_at),
        },
    )


def encode_change(change: SegmentChange) -> bytes:
    """Return a change of published values as bytes."""
    return _encode(
        "SegmentChange",
        {
            "change_id": change.change_id,
            "kind": change.kind,
            "meter_number": change.meter_number,
            "cds_productionproject_id": change.cds_productionproject_id,
            "production_format": change.production_format,
            "channel": change.channel,
            "interval_from": microseconds(change.interval_from),
            "interval_to": microseconds(change.interval_to),
            "interval_seconds": change.interval_seconds,
            "recorded_at": microseconds(change.recorded_at),
            "cause": change.cause,
            "delta_kwh": _given(_unscaled, change.delta_microkwh),
            "t_observed": _given(microseconds, change.t_observed),
            "t_ingested": _given(microseconds, change.t_ingested),
            "t_stored": microseconds(change.recorded_at),
            "t_published": _given(microseconds, change.t_published),
        },
    )


def encode_telemetry_batch(telemetry: Telemetry) -> list[bytes]:
    """Return the samples in order, with the bytes of `encode_telemetry`, for load generators.

    The common part of a meter's samples is made once. The rest is a matrix with a row for each
    message: the instant's varint, aligned to the right, the power, and the two enums.
    """
    varints, lengths = _varints(telemetry.observed_at)
    power = np.ascontiguousarray(telemetry.power_kw, "<f8").view(np.uint8).reshape(-1, 8)
    enums = np.stack([telemetry.quality, telemetry.channel], axis=1).astype(np.uint8) << 1
    tails = np.hstack([varints, power, enums])
    blob, width = tails.tobytes(), tails.shape[1]
    ends = np.arange(1, len(tails) + 1) * width
    starts = ends - lengths - (width - _LONGEST_VARINT)
    numbers = telemetry.meter_numbers
    heads = {code: _head(numbers.texts[code]) for code in np.unique(numbers.codes).tolist()}
    return [
        heads[code] + blob[start:end]
        for code, start, end in zip(
            numbers.codes.tolist(), starts.tolist(), ends.tolist(), strict=True
        )
    ]


def _head(meter_number: str) -> bytes:
    body = BytesIO()
    fastavro.schemaless_writer(body, "string", meter_number)
    return _framing("TelemetrySample")[0] + body.getvalue()


def _varints(numbers: Int64) -> tuple[NDArray[np.uint8], Int64]:
    """Return zigzag varints in rows of ten bytes, aligned to the right, and their lengths."""
    bits = ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)
    groups = bits[:, None] >> np.arange(0, 7 * _LONGEST_VARINT, 7, dtype=np.uint64)
    lengths = np.maximum((groups > 0).sum(axis=1), 1)
    left = np.arange(_LONGEST_VARINT) - (_LONGEST_VARINT - lengths[:, None])
    septets = np.take_along_axis(groups, np.maximum(left, 0), axis=1) & np.uint64(0x7F)
    more = (left < lengths[:, None] - 1) * np.uint64(0x80)
    return (septets | more).astype(np.uint8), lengths


@cache
def _framing(record: str) -> tuple[bytes, AvroSchema]:
    schema = kept().reader(record)
    return single_object_header(fingerprint(schema)), schema


def _encode(record: str, fields: dict[str, Any]) -> bytes:
    header, schema = _framing(record)
    body = BytesIO()
    body.write(header)
    fastavro.schemaless_writer(body, schema, fields)
    return body.getvalue()


def _optional(values: tuple[float, ...] | None) -> list[float] | None:
    # In a union, fastavro takes a tuple for a pair of branch and value.
    return None if values is None else list(values)


def _given(convert: Callable[[Given], Converted], value: Given | None) -> Converted | None:
    return None if value is None else convert(value)


def _unscaled(number: int) -> bytes:
    """Return the shortest two's complement, big-endian: the bytes of an Avro decimal."""
    shortest = (number if number >= 0 else ~number).bit_length() // 8 + 1
    return number.to_bytes(shortest, "big", signed=True)
