"""The ledger: every record that Kafka acknowledged, in a file that survives the simulator's death.

A file is a magic line and frames. A frame is its length and CRC-32 (little-endian), a kind, and a
payload: `H` the declarations (JSON, once), `S` acknowledged records (Arrow IPC stream, zstd), `E`
the clean end (JSON, once). Reading ends at a frame that a kill has cut short.
"""

import io
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Self

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from gridfeed.domain.words import Integration

MAGIC = b"gridfeed ledger 1\n"
_FRAME = struct.Struct("<IIc")

#: One row per acknowledged record. power_kw is the double as sent. reason and sha256 (hex, of the
#: message's value) are set only for spoiled records.
SCHEMA = pa.schema(
    {
        "meter_number": pa.string(),
        "observed_at": pa.int64(),
        "power_kw": pa.float64(),
        "quality": pa.string(),
        "channel": pa.string(),
        "topic": pa.string(),
        "partition": pa.int32(),
        "offset": pa.int64(),
        "reason": pa.string(),
        "sha256": pa.string(),
    }
)
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="zstd")


class BadLedgerError(Exception):
    """The file is not a ledger; the text says what was found and what to do."""


@dataclass(frozen=True, slots=True)
class LedgerMeter:
    """The facts that turn a meter's samples into intervals, in seconds; the declared capacity."""

    meter_number: str
    capacity_kw: str
    interval_seconds: int
    interval_anchor_seconds: int
    hold_limit_seconds: int
    integration: Integration
    units: str


@dataclass(frozen=True, slots=True)
class Header:
    """The facts that are needed to read the ledger's samples."""

    seed: int
    tenant: str
    meters: tuple[LedgerMeter, ...]

    def to_json(self) -> bytes:
        """Return the header as the payload of its frame."""
        return orjson.dumps(asdict(self))

    @classmethod
    def from_json(cls, payload: bytes) -> Self:
        """Return the header of a frame's payload."""
        fields = orjson.loads(payload)
        meters = tuple(
            LedgerMeter(**{**meter, "integration": Integration(meter["integration"])})
            for meter in fields["meters"]
        )
        return cls(fields["seed"], fields["tenant"], meters)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger: the header, all rows of SCHEMA, and whether the simulator ended cleanly."""

    header: Header
    records: pa.Table
    complete: bool

    @property
    def good(self) -> pa.Table:
        """Return the records that must be accepted."""
        return self.records.filter(pc.field("reason").is_null())

    @property
    def spoiled(self) -> pa.Table:
        """Return the records that must be rejected."""
        return self.records.filter(pc.field("reason").is_valid())


class LedgerWriter:
    """Appends to a new ledger. When `append` returns, the records are on the disk."""

    def __init__(self, path: Path, header: Header) -> None:
        self._file = path.open("xb")
        self._file.write(MAGIC)
        self._write(b"H", header.to_json())

    def append(self, records: pa.Table) -> None:
        """Make acknowledged records durable."""
        payload = io.BytesIO()
        with pa.ipc.new_stream(payload, SCHEMA, options=_COMPRESSED) as stream:
            stream.write_table(records.select(SCHEMA.names))
        self._write(b"S", payload.getvalue())

    def end(self) -> None:
        """Mark the ledger complete: all sent records were acknowledged and are in it."""
        self._write(b"E", b"{}")

    def close(self) -> None:
        """Close the file. Without `end`, the ledger stays incomplete."""
        self._file.close()

    def _write(self, kind: bytes, payload: bytes) -> None:
        self._file.write(_FRAME.pack(len(payload), zlib.crc32(payload), kind) + payload)
        self._file.flush()
        os.fsync(self._file.fileno())


def read(path: Path) -> Ledger:
    """Read a ledger up to its clean end or to the last whole frame.

    Raises BadLedgerError if the file is not a ledger, or if it ends before the end of its header.
    """
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise BadLedgerError(
                f"{path} is not a ledger; write one with `gridfeed simulate --ledger {path}`"
            )
        frames = list(_frames(file))
    if not frames or frames[0][0] != b"H":
        raise BadLedgerError(f"{path} ends before its header; simulate again")
    parts = [pa.ipc.open_stream(payload).read_all() for kind, payload in frames if kind == b"S"]
    records = pa.concat_tables([SCHEMA.empty_table(), *(part.cast(SCHEMA) for part in parts)])
    return Ledger(Header.from_json(frames[0][1]), records, complete=frames[-1][0] == b"E")


def _frames(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    while len(head := file.read(_FRAME.size)) == _FRAME.size:
        length, checksum, kind = _FRAME.unpack(head)
        payload = file.read(length)
        if len(payload) < length or zlib.crc32(payload) != checksum:
            return
        yield kind, payload
