"""Decode a batch of telemetry in columns; what is no sound record is told apart to the message.

Messages are grouped by the schema they were written with, each is walked within its own bounds
(`walk`), the sound ones are read as one Avro block (`block`) and resolved to the reader schema
(`columns`). The others are decoded alone (`one`), which has the last word.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from gridfeed.domain.messages import Rejected
from gridfeed.domain.samples import POINT_QUALITIES, Int64
from gridfeed.domain.series import CHANNELS
from gridfeed.domain.words import Reason
from gridfeed.wire.batch import Batch
from gridfeed.wire.block import read_block
from gridfeed.wire.columns import resolve_columns
from gridfeed.wire.framing import NO_FRAMING
from gridfeed.wire.one import UndecodableError, decode_one
from gridfeed.wire.telemetry import Telemetry, none, together
from gridfeed.wire.walk import fits
from gridfeed.wire.writers import Writer, Writers

TELEMETRY_RECORD = "TelemetrySample"


def decode_telemetry(
    values: Sequence[bytes | None], writers: Writers
) -> tuple[Telemetry, list[Rejected]]:
    """Return the samples of the messages that are sound, and one Rejected for each other.

    Together they hold every position once, both ascending. Reasons: undecodable, unknown_schema.
    Pure computation; `writers.learn(values)` must have been awaited where a registry is used.
    """
    batch = Batch.of(values)
    parts: list[Telemetry] = []
    rejected: list[Rejected] = []
    for header, rows in batch.by_header():
        writer = writers.of(header) if header else NO_FRAMING
        if header is None or isinstance(writer, str):
            reason = Reason.UNKNOWN_SCHEMA if header else Reason.UNDECODABLE
            rejected += [Rejected(row, reason, str(writer)) for row in rows.tolist()]
            continue
        found, rest = _decode_block(batch, rows, writer, len(header))
        alone, refused = _decode_alone(batch, rest, writer, len(header))
        parts += [part for part in (found, alone) if len(part)]
        rejected += refused
    return together(parts), sorted(rejected, key=lambda each: each.position)


def _decode_block(
    batch: Batch, rows: Int64, writer: Writer, framing: int
) -> tuple[Telemetry, Int64]:
    """Return the samples that can be read as a block, and the rows that cannot."""
    layout = writer.layout
    if layout is None:
        return none(), rows
    sound = fits(batch.buffer, batch.starts[rows] + framing, batch.ends[rows], layout)
    kept, rest = (rows, rows[:0]) if sound.all() else (rows[sound], rows[~sound])
    if not len(kept):
        return none(), rest
    fields = [source for source in writer.sources.values() if source]
    block = read_block(batch.bytes_of(kept), len(kept), layout, framing, fields)
    telemetry, resolved = resolve_columns(block, kept, writer, layout)
    return telemetry, np.concatenate([rest, kept[~resolved]])


def _decode_alone(
    batch: Batch, rows: Int64, writer: Writer, framing: int
) -> tuple[Telemetry, list[Rejected]]:
    positions, records, rejected = [], [], []
    for row in rows.tolist():
        try:
            records.append(decode_one(batch.values[row][framing:], writer))
            positions.append(row)
        except UndecodableError as error:
            rejected.append(Rejected(row, Reason.UNDECODABLE, str(error)))
    return _from_records(positions, records), rejected


def _from_records(positions: list[int], records: list[dict[str, Any]]) -> Telemetry:
    def column(field: str) -> list[Any]:
        return [record[field] for record in records]

    limits = np.iinfo(np.int64)
    instants = [min(max(at, limits.min), limits.max) for at in column("observed_at")]
    return Telemetry(
        np.array(positions, np.int64),
        pl.Series(column("meter_number"), dtype=pl.String),
        np.array(instants, np.int64),
        np.array(column("power_kw"), np.float64),
        np.array([POINT_QUALITIES.index(word) for word in column("quality")], np.uint8),
        np.array([CHANNELS.index(word) for word in column("channel")], np.uint8),
    )
