"""Decode a batch of telemetry in columns; what is no sound record is told apart to the message.

Messages are grouped by the schema they were written with, each is walked within its own bounds
(`walk`), and the sound ones are resolved to the reader schema (`columns`). The others are decoded
alone (`one`), which has the last word.
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
#: After so long, decoding lets the other tasks of the event loop run.
TURN_SECONDS = 0.01


def decode_telemetry(
    values: Sequence[bytes | None], writers: Writers
) -> tuple[Telemetry, list[Rejected]]:
    """Return the samples of the messages that are sound, and one Rejected for each other.

    Together they hold every position once, both ascending. Reasons: undecodable, unknown_schema.
    Pure computation; `writers.learn(values)` must have been awaited where a registry is used.
    """
    decoding = _Decoding(values, writers)
    for _ in decoding.steps():
        pass
    return decoding.result()


async def decode_telemetry_in_turns(
    values: Sequence[bytes | None], writers: Writers
) -> tuple[Telemetry, list[Rejected]]:
    """Return what `decode_telemetry` does, without holding up the event loop.

    Sound flat messages are decoded in one go. Messages that go one by one may be many: other tasks
    run after every TURN_SECONDS of them.
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
            # Ids first, in one step: what was learnt of them may be forgotten for another batch.
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
        """Decode what can be decoded in columns; return the other rows."""
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
