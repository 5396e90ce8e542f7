"""Rows of tables and what a JSON answer says in their place, to be compared to the last digit."""

import csv
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from api.segments.tables.columns import NAMES, SCHEMA
from api.segments.tables.encoders import ARROW, CSV, PARQUET

#: (segment, reading validity, start) to what the row says.
Rows = dict[tuple[str, str, datetime], dict[str, Any]]
VALUES = tuple(dict.fromkeys(NAMES.values()))
_OF_SEGMENT = {
    "cds_usagesegment_id": "cds_usagesegment_id",
    "production_format": "gridfeed_production_format",
    "interval_seconds": "interval",
}


def rows_of(media_type: str, content: bytes) -> list[dict[str, Any]]:
    """Read a table with the library for it; null is None, instants are aware, numbers Decimal."""
    if media_type == ARROW:
        with pa.ipc.open_stream(content) as reader:
            table = reader.read_all()
            assert reader.schema == SCHEMA
    elif media_type == PARQUET:
        table = pq.read_table(BytesIO(content))
        assert table.schema == SCHEMA
    else:
        return list(_csv_rows(content))
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _csv_rows(content: bytes) -> Iterable[dict[str, Any]]:
    reader = csv.DictReader(StringIO(content.decode(), newline=""), strict=True)
    assert reader.fieldnames == SCHEMA.names
    for row in reader:
        yield {name: _cell(SCHEMA.field(name).type, text) for name, text in row.items()}


def _cell(kind: Any, text: str) -> Any:
    if not text:
        return None
    if pa.types.is_decimal(kind):
        assert "E" not in text
        assert text.removeprefix("-").strip("0") != "."
        return Decimal(text)
    if pa.types.is_timestamp(kind):
        assert text.endswith("Z")
        return datetime.fromisoformat(text)
    return int(text) if pa.types.is_integer(kind) else text


def by_key(rows: Iterable[Mapping[str, Any]]) -> Rows:
    """Return the rows by what names them; none comes twice."""
    found: Rows = {}
    for row in rows:
        key = row["cds_usagesegment_id"], row["reading_validity"], row["interval_start"]
        assert key not in found
        found[key] = dict(row)
    return found


def exact(text: str | bytes) -> Any:
    """Parse JSON, numbers as they are written."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def of_json(segments: Iterable[Mapping[str, Any]]) -> Rows:
    """Return the rows that the JSON of segments stands for."""
    found: Rows = {}
    for segment in segments:
        for place, value_set in enumerate(segment["values"]):
            for described, value in zip(segment["formats"], value_set, strict=True):
                if value is not None and "gridfeed_reading_validity" in described:
                    _add(found, segment, place, described, value)
    return found


def _add(
    found: Rows,
    segment: Mapping[str, Any],
    place: int,
    described: Mapping[str, Any],
    value: Mapping[str, Decimal],
) -> None:
    start = datetime.fromisoformat(segment["segment_start"])
    start += place * timedelta(seconds=int(segment["interval"]))
    validity = described["gridfeed_reading_validity"]
    row = found.setdefault(
        (segment["cds_usagesegment_id"], validity, start),
        {ours: segment[theirs] for ours, theirs in _OF_SEGMENT.items()}
        | dict.fromkeys(VALUES)
        | {
            "cds_productionproject_id": segment["related_productionprojects"][0],
            "cds_meterdevice_id": segment["related_meterdevices"][0],
            "reading_validity": validity,
            "interval_start": start,
            "direction": described["direction"],
            "quality": described.get("quality"),
            "issued_at": _instant(segment.get("gridfeed_issued_at")),
            "cds_modified": _instant(segment["cds_modified"]),
        },
    )
    assert (row["direction"], row["quality"]) == (described["direction"], described.get("quality"))
    power = described["type"] == "electric_demand"
    row["power_unit" if power else "energy_unit"] = described["units"]
    ((_, number),) = value.items()
    row[_column(described)] = number


def _column(described: Mapping[str, Any]) -> str:
    kind: str = described["type"]
    if kind.startswith("gridfeed_forecast_"):
        return f"gridfeed_forecast_{described['gridfeed_statistic']}"
    return f"{kind}_{described['demand_type']}" if "demand_type" in described else kind


def _instant(text: str | None) -> datetime | None:
    return text and datetime.fromisoformat(text)  # type: ignore[return-value]


def assert_same(rows: Collection[Mapping[str, Any]], expected: Rows) -> None:
    """Compare all that the JSON answer says; a row says a unit of power more than that may."""
    found = by_key(rows)
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        assert {name: found[key][name] for name in row} == row


MEDIA_TYPES = (CSV, ARROW, PARQUET)
