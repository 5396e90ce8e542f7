"""Converts a writer's telemetry columns to the columns of the reader schema.

If a value cannot be resolved in columns (no UTF-8, null where a value is needed, a symbol unknown
to the reader), the row is left out. Decoding that row alone then decides, and says why.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gridfeed.avro.batch import Batch, Mask
from gridfeed.avro.layout import Kind
from gridfeed.avro.telemetry import Telemetry, TextColumn
from gridfeed.avro.texts import read_texts
from gridfeed.avro.walk import Field
from gridfeed.avro.writers import Writer
from gridfeed.domain.telemetry.samples import POINT_QUALITIES, Int64
from gridfeed.domain.telemetry.series import CHANNELS

_UNKNOWN = 255
INT64 = np.iinfo(np.int64)


def resolve_columns(
    batch: Batch, fields: Mapping[str, Field], positions: Int64, writer: Writer
) -> tuple[Telemetry, Mask]:
    """Return the samples that resolve, and for every row whether it resolves.

    fields: of valid records, by the writer's names. positions: the places of the rows in the batch.
    """
    columns = _Columns(batch, fields, len(positions), writer)
    numbers, resolved = columns.texts("meter_number")
    telemetry = Telemetry(
        positions=positions,
        meter_numbers=numbers,
        observed_at=columns.instants("observed_at"),
        power_kw=columns.doubles("power_kw"),
        quality=columns.symbols("quality", POINT_QUALITIES),
        channel=columns.symbols("channel", CHANNELS),
    )
    resolved &= (telemetry.quality != _UNKNOWN) & (telemetry.channel != _UNKNOWN)
    for field in fields.values():
        if field.present is not None:  # null does not get the default: that is for absent fields
            resolved &= field.present
    return (telemetry if resolved.all() else telemetry.take(np.flatnonzero(resolved))), resolved


class _Columns:
    def __init__(
        self, batch: Batch, fields: Mapping[str, Field], count: int, writer: Writer
    ) -> None:
        self._batch, self._fields, self._count, self._writer = batch, fields, count, writer
        self._defaults = {field["name"]: field.get("default") for field in writer.reader["fields"]}

    def texts(self, name: str) -> tuple[TextColumn, Mask]:
        """Return the texts, and which rows are UTF-8."""
        field = self._field(name)
        if field is None:
            codes = np.zeros(self._count, np.int64)
            return TextColumn([self._defaults[name]], codes), np.ones(self._count, bool)
        return read_texts(self._batch, field.places, field.values)

    def doubles(self, name: str) -> NDArray[np.float64]:
        field = self._field(name)
        if field is None:
            return np.full(self._count, self._defaults[name], np.float64)
        if field.slot.kind is Kind.VARINT:
            return field.values.astype(np.float64)
        sent = self._batch.numbers(field.places, field.slot.number)
        return sent.astype(np.float64, copy=False)

    def instants(self, name: str) -> Int64:
        """Return microseconds; an instant out of range becomes the first or last one in range."""
        field = self._field(name)
        if field is None:
            return np.full(self._count, self._defaults[name], np.int64)
        factor, divisor = self._writer.units.get(name, (1, 1))
        instants = field.values
        if factor > 1:
            instants = instants * factor
            instants[field.values > INT64.max // factor] = INT64.max
            instants[field.values < -(INT64.max // factor)] = INT64.min
        return instants // divisor if divisor > 1 else instants

    def symbols(self, name: str, words: tuple[str, ...]) -> NDArray[np.uint8]:
        """Return positions in `words`, which are the reader's symbols."""
        field = self._field(name)
        if field is None:
            return np.full(self._count, words.index(self._defaults[name]), np.uint8)
        symbols = field.slot.symbols
        place = [words.index(symbol) if symbol in words else _UNKNOWN for symbol in symbols]
        return np.array(place, np.uint8)[field.values]

    def _field(self, name: str) -> Field | None:
        writer_field = self._writer.writer_fields[name]
        return None if writer_field is None else self._fields[writer_field]
