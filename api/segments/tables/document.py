"""Tables of usage segments in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from api.segments.tables.columns import COLUMNS
from api.segments.tables.encoders import ARROW, CSV, PARQUET

_COLUMNS = "; ".join(f"{each.name}: {each.meaning}" for each in COLUMNS)
_ROWS = (
    "One row for each interval and reading validity that has a value, for the whole selection."
    f" Numbers are exact, with the grid's sign. Columns: {_COLUMNS}."
)
_HEADER = ",".join(each.name for each in COLUMNS)
_ROW = (
    "serf-east-1:settlement:2026-03-01:900,serf-east,md-serf-east-1,serf-east-1,settlement,"
    "total_gross,reverse,2026-03-01T07:00:00Z,900,revenue,kWh,kW,-125.5,,,,,,,,2026-03-05T09:30:00Z"
)

#: Media type to its OpenAPI description, in the server's order of preference.
MEDIA: Mapping[str, Mapping[str, Any]] = {
    CSV: {
        "schema": {"type": "string", "description": f"RFC 4180. {_ROWS}"},
        "example": f"{_HEADER}\r\n{_ROW}\r\n",
    },
    ARROW: {
        "schema": {
            "type": "string",
            "format": "binary",
            "description": f"Arrow IPC stream, uncompressed inside. {_ROWS}",
        }
    },
    PARQUET: {
        "schema": {
            "type": "string",
            "format": "binary",
            "description": f"Parquet file, compressed inside. {_ROWS}",
        }
    },
}
