"""Usage segments as columns: a row for each interval and reading validity that has a value; pure.

Values, signs and units are those of `api.segments.columns`. Register readings and supply mixes have
no columns.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from api.segments.basis import Basis, bases
from api.segments.columns import ValueType, value_types
from api.segments.segment import Segment, SegmentKey
from api.segments.tables.columns import COLUMNS, INSTANT, NAMES, SCHEMA
from api.web.amounts import DECIMALS, POWER_UNIT, grid_sign
from gridfeed.domain.calendar.instants import SECOND_US, microseconds
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import ReadingValidity

_DIGITS = 38
_WHOLE = pa.decimal128(_DIGITS, 0)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one segment and reading validity. values: by column, null where unknown."""

    key: SegmentKey
    basis: Basis
    start_us: Int64
    quality: Any
    values: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.start_us)


def record_batch(segments: Iterable[Segment], validities: Collection[ReadingValidity]) -> Any:
    """Return a pyarrow.RecordBatch of SCHEMA: by segment, then reading validity, then time.

    Raises pyarrow.ArrowInvalid if an amount has more digits than its column.
    """
    every = [
        _rows(segment.key, basis) for segment in segments for basis in bases(segment, validities)
    ]
    parts = [rows for rows in every if len(rows)]
    if not parts:
        return pa.RecordBatch.from_pylist([], SCHEMA)
    found = _of_parts(parts) | _of_rows(parts)
    return pa.record_batch([found[each.name] for each in COLUMNS], schema=SCHEMA)


def _rows(key: SegmentKey, basis: Basis) -> _Rows:
    series = basis.series
    places = np.concatenate([np.asarray(each.places, np.int64) for each in series])
    values = {
        NAMES[value_type]: _amounts(key, basis, value_type)
        for value_type in value_types(key.production_format, basis)
    }
    known = reduce(pc.or_, (column.is_valid() for column in values.values()))
    rows = np.flatnonzero(known.to_numpy(zero_copy_only=False))
    rows = rows[np.argsort(places[rows])]
    qualities = pa.array([each.quality for each in series], pa.string())
    lengths = [len(each.places) for each in series]
    return _Rows(
        key,
        basis,
        microseconds(key.segment_start) + places[rows] * (key.interval_seconds * SECOND_US),
        qualities.take(pa.array(np.repeat(np.arange(len(series)), lengths)[rows])),
        {name: column.take(pa.array(rows)) for name, column in values.items()},
    )


def _amounts(key: SegmentKey, basis: Basis, value_type: ValueType) -> Any:
    """Return the amounts of one value type, for all series, as decimals of its column."""
    units = POWER_UNIT[key.units] if value_type.power else key.units
    amounts = [amount for each in basis.series for amount in getattr(each, value_type.column)]
    decimals = DECIMALS[units] + basis.scale
    return _decimals(grid_sign(amounts), decimals).cast(SCHEMA.field(NAMES[value_type]).type)


def _decimals(amounts: Sequence[int | None], decimals: int) -> Any:
    """Return each amount / 10^decimals. The integers stay the same; only the type changes."""
    try:
        whole = pa.array(amounts, pa.int64()).cast(_WHOLE)
    except OverflowError:  # very fine shares of large energies
        whole = pa.array([None if each is None else Decimal(each) for each in amounts], _WHOLE)
    exact = pa.decimal128(_DIGITS, decimals)
    return pa.Array.from_buffers(exact, len(whole), whole.buffers(), offset=whole.offset)


def _of_parts(parts: Sequence[_Rows]) -> dict[str, Any]:
    """Return the columns that have the same value in all rows of a part."""
    rows = pa.array(np.repeat(np.arange(len(parts)), [len(part) for part in parts]))
    keys = [part.key for part in parts]
    words = {
        "cds_usagesegment_id": [key.cds_usagesegment_id for key in keys],
        "cds_productionproject_id": [key.cds_productionproject_id for key in keys],
        "cds_meterdevice_id": [key.cds_meterdevice_id for key in keys],
        "meter_number": [key.meter_number for key in keys],
        "production_format": [key.production_format for key in keys],
        "reading_validity": [part.basis.validity for part in parts],
        "direction": [part.basis.direction for part in parts],
        "energy_unit": [key.units for key in keys],
        "power_unit": [POWER_UNIT[key.units] for key in keys],
    }
    others = {
        "interval_seconds": pa.array([key.interval_seconds for key in keys], pa.int32()),
        "issued_at": pa.array([key.issued_at for key in keys], INSTANT),
        "cds_modified": pa.array([key.modified_at for key in keys], INSTANT),
    }
    encoded = {
        name: pa.array(each, pa.string()).dictionary_encode() for name, each in words.items()
    }
    return {name: column.take(rows) for name, column in (encoded | others).items()}


def _of_rows(parts: Sequence[_Rows]) -> dict[str, Any]:
    """Return the columns whose values differ from row to row."""
    starts = np.concatenate([part.start_us for part in parts])
    return {
        "interval_start": pa.array(starts).cast(INSTANT),
        "quality": pa.concat_arrays([part.quality for part in parts]).dictionary_encode(),
        **{name: _column(parts, name) for name in dict.fromkeys(NAMES.values())},
    }


def _column(parts: Sequence[_Rows], name: str) -> Any:
    type_ = SCHEMA.field(name).type
    return pa.concat_arrays(
        [part.values[name] if name in part.values else pa.nulls(len(part), type_) for part in parts]
    )
