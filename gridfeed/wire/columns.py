"""Columns of a writer's telemetry as the reader schema has them.

Where a value cannot be resolved in columns (no UTF-8, null where a value is needed, a symbol the
reader does not know), the row is left out: decoding it alone has the last word and tells why.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gridfeed.domain.samples import POINT_QUALITIES, Int64
from gridfeed.domain.series import CHANNELS
from gridfeed.wire.layout import Slot
from gridfeed.wire.telemetry import Telemetry
from gridfeed.wire.walk import Mask
from gridfeed.wire.writers import Writer

_UNKNOWN = 255
_INT64 = np.iinfo(np.int64)


def resolve_columns(
    block: pl.DataFrame, positions: Int64, writer: Writer, layout: tuple[Slot, ...]
) -> tuple[Telemetry, Mask]:
    """Return the samples of a block that resolve, and for every row whether it does.

    block: the writer's fields as `read_block` returns them. positions: of its rows.
    """
    columns = _Columns(block, writer, {slot.name: slot for slot in layout})
    numbers = columns.texts("meter_number")
    telemetry = Telemetry(
        positions=positions,
        meter_numbers=numbers,
        observed_at=columns.instants("observed_at"),
        power_kw=columns.doubles("power_kw"),
        quality=columns.symbols("quality", POINT_QUALITIES),
        channel=columns.symbols("channel", CHANNELS),
    )
    resolved: Mask = ~columns.without_value()
    resolved &= numbers.is_not_null().to_numpy()
    resolved &= (telemetry.quality != _UNKNOWN) & (telemetry.channel != _UNKNOWN)
    return (telemetry if resolved.all() else telemetry.take(np.flatnonzero(resolved))), resolved


class _Columns:
    def __init__(self, block: pl.DataFrame, writer: Writer, slots: dict[str, Slot]) -> None:
        self._block, self._writer, self._slots = block, writer, slots
        self._defaults = {field["name"]: field.get("default") for field in writer.reader["fields"]}

    def without_value(self) -> Mask:
        """Return the rows with a null; it takes no default, that is only for absent fields."""
        nulls = np.zeros(len(self._block), bool)
        for column in self._block.get_columns():
            if column.null_count():
                nulls |= column.is_null().to_numpy()
        return nulls

    def texts(self, field: str) -> pl.Series:
        """Return the texts, null where the bytes are no UTF-8."""
        column = self._column(field)
        try:
            return column.cast(pl.String)
        except pl.exceptions.ComputeError:
            # One bad text fails the cast of all, so the column goes text by text.
            return pl.Series([_text(value) for value in column.to_list()], dtype=pl.String)

    def doubles(self, field: str) -> NDArray[np.float64]:
        return self._column(field).cast(pl.Float64).fill_null(0).to_numpy()

    def instants(self, field: str) -> Int64:
        """Return microseconds; what does not fit is the first or last instant that does."""
        values: Int64 = self._column(field).fill_null(0).to_numpy()
        factor, divisor = self._writer.units.get(field, (1, 1))
        if factor > 1:
            values = np.clip(values, _INT64.min // factor + 1, _INT64.max // factor) * factor
        return values // divisor if divisor > 1 else values

    def symbols(self, field: str, words: tuple[str, ...]) -> NDArray[np.uint8]:
        """Return positions in `words`, which are the reader's symbols."""
        source = self._writer.sources[field]
        if source is None:
            return np.full(len(self._block), words.index(self._defaults[field]), np.uint8)
        symbols = self._slots[source].symbols
        place = [words.index(symbol) if symbol in words else _UNKNOWN for symbol in symbols]
        indices: Int64 = self._block[source].fill_null(0).to_numpy()
        return np.array(place, np.uint8)[indices]

    def _column(self, field: str) -> pl.Series:
        source = self._writer.sources[field]
        if source is None:
            return pl.repeat(self._defaults[field], len(self._block), eager=True)
        return self._block[source]


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None
