"""What fastavro says of telemetry, message by message: the reference of the decoder in columns."""

import json
import re
import struct
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import fastavro

from gridfeed.avro.telemetry import Telemetry
from gridfeed.domain.telemetry.samples import POINT_QUALITIES
from gridfeed.domain.telemetry.series import CHANNELS
from tests.avro.written import TEXTS, header_of

#: Of more than 64 bits fastavro keeps the lowest, the specification none.
LONG_NUMBERS = re.compile(rb"[\x80-\xff]{9}")
Row = tuple[str, int, bytes, int, int]


def bits(power: float) -> bytes:
    return struct.pack("<d", power)


def _plain(text: str) -> Any:
    """The schema with instants as plain longs: fastavro's datetimes end with the year 9999."""
    return fastavro.parse_schema(
        json.loads(text.replace(', "logicalType": "timestamp-micros"', ""))
    )


class PlainDecoder:
    """Decodes with these writer schemas, given as JSON texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.schemas = {header_of(text): _plain(text) for text in texts}
        self.reader = _plain(TEXTS["TelemetrySample"])

    def row(self, value: bytes | None) -> Row | None:
        """What fastavro says of a message; None if it is no record, or not all of the bytes."""
        writer = self.schemas.get((value or b"")[:10])
        if value is None or writer is None:
            return None
        stream = BytesIO(value[10:])
        try:
            # Whole first: what a reader skips, fastavro does not check, and it goes on for ever.
            # A text that is skipped may be no UTF-8: nobody reads it.
            fastavro.schemaless_reader(stream, writer, None, handle_unicode_errors="ignore")
            row = fastavro.schemaless_reader(BytesIO(value[10:]), writer, self.reader)
        except Exception:  # noqa: BLE001
            return None
        if stream.tell() != len(value) - 10:
            return None
        return (
            row["meter_number"],
            row["observed_at"],
            bits(row["power_kw"]),
            POINT_QUALITIES.index(row["quality"]),
            CHANNELS.index(row["channel"]),
        )

    def is_unusual(self, value: bytes | None) -> bool:
        """Whether fastavro reads it but would not write it so.

        That is a number written longer than needed, or a negative index, which Python counts from
        the end and the specification does not know. Both have tests of their own. So it is with a
        text that is no UTF-8, in a field that is skipped.
        """
        if value is None or self.row(value) is None:
            return False
        writer = self.schemas[value[:10]]
        try:
            row = fastavro.schemaless_reader(BytesIO(value[10:]), writer, None)
        except UnicodeDecodeError:
            return True
        again = BytesIO()
        fastavro.schemaless_writer(again, writer, row)
        return again.getvalue() != value[10:]


def rows_of(telemetry: Telemetry) -> dict[int, Row]:
    """Return decoded samples by position, as `PlainDecoder.row` has them."""
    rows = zip(
        telemetry.meter_numbers.to_list(),
        telemetry.observed_at.tolist(),
        [bits(power) for power in telemetry.power_kw.tolist()],
        telemetry.quality.tolist(),
        telemetry.channel.tolist(),
        strict=True,
    )
    return dict(zip(telemetry.positions.tolist(), rows, strict=True))
