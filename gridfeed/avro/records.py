"""Decodes revenue reads, register reads and forecasts, message by message."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from gridfeed.avro import framing
from gridfeed.avro.one import UndecodableError, decode_one
from gridfeed.avro.writers import Writers
from gridfeed.domain.calendar.instants import instant, microseconds
from gridfeed.domain.settlement.messages import (
    MAX_MICROKWH,
    Forecast,
    RegisterRead,
    Rejected,
    RevenueRead,
)
from gridfeed.domain.words import Channel, Product, ReadQuality, Reason

READ_RECORD = "RevenueRead"
FORECAST_RECORD = "Forecast"
REGISTER_RECORD = "RegisterRead"

# Leaves room for arithmetic at both ends of the range of a calendar and a database.
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_FIRST_US, _LAST_US = microseconds(_FIRST), microseconds(_LAST)

T = TypeVar("T")


class _RefusedError(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def decode_reads(
    values: Sequence[bytes | None], writers: Writers
) -> tuple[list[tuple[int, RevenueRead]], list[Rejected]]:
    """Return each valid read with its position, and one Rejected for each other message.

    Reasons: undecodable, unknown_schema; out_of_range for an energy of more than 18 digits and an
    instant before 1900; future_timestamp for an instant after 8999. With a registry, await
    `writers.learn(values)` first.
    """
    return _decode(values, writers, _read)


def decode_forecasts(
    values: Sequence[bytes | None], writers: Writers
) -> tuple[list[tuple[int, Forecast]], list[Rejected]]:
    """Return each valid forecast with its position, and one Rejected for each other message.

    Reasons and precondition are those of `decode_reads`.
    """
    return _decode(values, writers, _forecast)


def decode_registers(
    values: Sequence[bytes | None], writers: Writers
) -> tuple[list[tuple[int, RegisterRead]], list[Rejected]]:
    """Return each valid register read with its position, and one Rejected for each other message.

    Reasons and precondition are those of `decode_reads`; out_of_range for a multiplier of over 18
    digits.
    """
    return _decode(values, writers, _register)


def _decode(
    values: Sequence[bytes | None], writers: Writers, build: Callable[[dict[str, Any]], T]
) -> tuple[list[tuple[int, T]], list[Rejected]]:
    found: list[tuple[int, T]] = []
    rejected: list[Rejected] = []
    for position, value in enumerate(values):
        try:
            found.append((position, build(_record(value, writers))))
        except UndecodableError as error:
            rejected.append(Rejected(position, Reason.UNDECODABLE, str(error)))
        except _RefusedError as error:
            rejected.append(Rejected(position, error.reason, str(error)))
    return found, rejected


def _record(value: bytes | None, writers: Writers) -> dict[str, Any]:
    header = framing.header(value)
    if header is None or value is None:
        raise UndecodableError(framing.NO_FRAMING)
    writer = writers.of(header)
    if isinstance(writer, str):
        raise _RefusedError(Reason.UNKNOWN_SCHEMA, writer)
    return decode_one(value[len(header) :], writer)


def _read(record: dict[str, Any]) -> RevenueRead:
    return RevenueRead(
        meter_number=record["meter_number"],
        interval_start=_instant(record, "interval_start"),
        interval_seconds=record["interval_seconds"],
        energy_microkwh=_micro(record, "energy_kwh"),
        channel=Channel(record["channel"]),
        quality=ReadQuality(record["quality"]),
        settlement_version=record["settlement_version"],
        read_at=_instant(record, "read_at"),
    )


def _register(record: dict[str, Any]) -> RegisterRead:
    return RegisterRead(
        meter_number=record["meter_number"],
        register=record["register"],
        digits=record["digits"],
        multiplier=Decimal(_micro(record, "multiplier")).scaleb(-6),
        value=record["value"],
        read_at=_instant(record, "read_at"),
    )


def _forecast(record: dict[str, Any]) -> Forecast:
    model = record["model"]
    if model and "\0" in model:
        raise UndecodableError("model contains a zero byte, which the database cannot store")
    return Forecast(
        meter_number=record["meter_number"],
        product=Product(record["product"]),
        issued_at=_instant(record, "issued_at"),
        start=_instant(record, "start"),
        interval_seconds=record["interval_seconds"],
        power_kw=tuple(record["power_kw"]),
        p10_kw=_optional(record["p10_kw"]),
        p90_kw=_optional(record["p90_kw"]),
        model=model,
    )


def _optional(values: list[float] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(values)


def _micro(record: dict[str, Any], field: str) -> int:
    # Decoded here, because fastavro silently rounds decimals to the schema's precision.
    unscaled = record[field]
    if not unscaled:
        raise UndecodableError(f"{field} has no bytes; a decimal has at least one")
    micro = int.from_bytes(unscaled, "big", signed=True)
    if abs(micro) > MAX_MICROKWH:
        raise _RefusedError(
            Reason.OUT_OF_RANGE, f"{field} has more than 18 digits; decimal(18,6) is accepted"
        )
    return micro


def _instant(record: dict[str, Any], field: str) -> datetime:
    us = record[field]
    if _FIRST_US <= us < _LAST_US:
        return instant(us)
    late = us >= _LAST_US
    raise _RefusedError(
        Reason.FUTURE_TIMESTAMP if late else Reason.OUT_OF_RANGE,
        f"{field} is {us} us since 1970, {'after 8999' if late else 'before 1900'}; "
        "send microseconds",
    )
