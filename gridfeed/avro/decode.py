"""Decodes a batch of telemetry in columns; every invalid record is rejected by itself.

Messages are grouped by the schema they were written with. Each is walked within its own bounds
(`walk`), and the valid ones are resolved to the reader schema (`columns`). The others are decoded
one by one (`one`), which decides.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gridfeed.avro.batch import Batch
from gridfeed.avro.columns import INT64, resolve_columns
from gridfeed.avro.framing import NO_FRAMING, schema_id
from gridfeed.avro.one import UndecodableError, decode_one
from gridfeed.avro.telemetry import Telemetry, TextColumn, none, together
from gridfeed.avro.walk import walk
from gridfeed.avro.writers import Writer, Writers
from gridfeed.domain.settlement.messages import Rejected
from gridfeed.domain.telemetry.samples import POINT_QUALITIES, Int64
from gridfeed.domain.telemetry.series import CHANNELS
from gridfeed.domain.words import Reason

TELEMETRY_RECORD = "TelemetrySample"
#: After this time, decoding lets the other tasks of the event loop run.
TURN_SECONDS = 0.01


def decode_telemetry(
    values: Sequence[bytes | None], writers: Writers
) -> tuple[Telemetry, list[Rejected]]:
    """Return the samples of the valid messages, and one Rejected for each other message.

    Together they cover every position once, both in ascending order. Reasons: undecodable,
    unknown_schema. Pure computation; with a registry, await `writers.learn(values)` first.
    """
    decoding = _Decoding(values, writers)
    for _ in decoding.steps():
        pass
    return decoding.result()


async def decode_telemetry_in_turns(
    values: Sequence[bytes | None], writers: Writers
) -> tuple[Telemetry, list[Rejected]]:
    """Return the result of `decode_telemetry` without blocking the event loop.

    Valid flat messages are decoded together. Messages that are decoded one by one may be many:
    other tasks run after every TURN_SECONDS.
    """
    loop = asyncio.get_running_loop()
    decoding = _Decoding(values, writers)
    due = loop.time() + TURN_SECONDS
    for _ in decoding.steps():
        if loop.time() >= due:
            await asyncio.sleep(0)
            due = loop.time() + TURN_SECONDS
    return decoding.result()


class _Decoding:
    """A batch being decoded."""

    def __init__(self, values: Sequence[bytes | None], writers: Writers) -> None:
        self._batch = Batch.of(values)
        self._writers = writers
        self._parts: list[Telemetry] = []
        self._rejected: list[Rejected] = []

    def steps(self) -> Iterator[None]:
        """Decode; a step is at most the messages of one schema, and often a single message."""
        groups = []
        for header, rows in self._batch.by_header():
            groups.append((header, rows, self._writers.of(header) if header else NO_FRAMING))
            # All ids are looked up in the first step: another batch may make `writers` forget them.
            if header is None or schema_id(header) is None:
                yield
        for header, rows, writer in groups:
            if header is None or isinstance(writer, str):
                reason = Reason.UNKNOWN_SCHEMA if header else Reason.UNDECODABLE
                yield from self._reject(rows, reason, str(writer))
            else:
                rest = self._decode_columns(rows, writer, len(header))
                yield
                yield from self._decode_alone(rest, writer, len(header))

    def result(self) -> tuple[Telemetry, list[Rejected]]:
        return together(self._parts), sorted(self._rejected, key=lambda each: each.position)

    def _reject(self, rows: Int64, reason: Reason, detail: str) -> Iterator[None]:
        for row in rows.tolist():
            self._rejected.append(Rejected(row, reason, detail))
            yield

    def _decode_columns(self, rows: Int64, writer: Writer, framing: int) -> Int64:
        """Decode the rows that can be decoded in columns; return the other rows."""
        if writer.layout is None:
            return rows
        batch = self._batch
        wanted = {name for name in writer.writer_fields.values() if name}
        fields, sound = walk(
            batch, batch.starts[rows] + framing, batch.ends[rows], writer.layout, wanted
        )
        kept = rows
        if not sound.all():
            at = np.flatnonzero(sound)
            kept, fields = rows[at], {name: field.take(at) for name, field in fields.items()}
        telemetry, resolved = resolve_columns(batch, fields, kept, writer)
        self._add(telemetry)
        return np.concatenate([rows[~sound], kept[~resolved]])

    def _decode_alone(self, rows: Int64, writer: Writer, framing: int) -> Iterator[None]:
        positions, records = [], []
        for row in rows.tolist():
            try:
                records.append(decode_one(self._batch.values[row][framing:], writer))
                positions.append(row)
            except UndecodableError as error:
                self._rejected.append(Rejected(row, Reason.UNDECODABLE, str(error)))
            yield
        self._add(_from_records(positions, records))

    def _add(self, part: Telemetry) -> None:
        if len(part):
            self._parts.append(part)


def _from_records(positions: list[int], records: list[dict[str, Any]]) -> Telemetry:
    if not records:
        return none()

    def column(field: str) -> list[Any]:
        return [record[field] for record in records]

    instants = [min(max(at, INT64.min), INT64.max) for at in column("observed_at")]
    return Telemetry(
        np.array(positions, np.int64),
        TextColumn.of(column("meter_number")),
        np.array(instants, np.int64),
        np.array(column("power_kw"), np.float64),
        np.array([POINT_QUALITIES.index(word) for word in column("quality")], np.uint8),
        np.array([CHANNELS.index(word) for word in column("channel")], np.uint8),
    )
