"""Limits the unpacked size of a compressed batch, and describes a batch that cannot be read.

aiokafka unpacks a whole batch in memory; 250 KB of gzip can become 650 MB.
"""

import gzip
import io
from collections.abc import Callable
from typing import Any, Protocol

import cramjam
from aiokafka.record._crecords import default_records

#: Thirty times the largest batch that a broker accepts by default. In memory, each record takes
#: some hundred bytes more.
MOST_UNPACKED = 32 * 1024 * 1024
MOST_MESSAGES = 500_000
_LONGEST_SHOWN = 200
_XERIAL_HEADER = b"\x82SNAPPY\x00"
_XERIAL_HEADER_LENGTH = 16


class UnreadableBatchError(Exception):
    """A batch that is too large in memory."""


class Batch(Protocol):
    """The part of aiokafka's batches that is used here."""

    @property
    def base_offset(self) -> int:
        """Return the first offset."""

    @property
    def next_offset(self) -> int:
        """Return the offset after the last."""


def bound_unpacking() -> None:
    """Stop aiokafka from unpacking a batch of more than MOST_UNPACKED bytes; it has no setting."""
    for name, unpack in _DECODERS.items():
        setattr(default_records, name, unpack)


def check_count(batch: Batch) -> None:
    """Raise UnreadableBatchError if a batch holds too many messages."""
    if batch.next_offset - batch.base_offset > MOST_MESSAGES:
        raise UnreadableBatchError(f"more than {MOST_MESSAGES} messages in one batch")


def unreadable(batch: Batch, error: Exception) -> str:
    """Describe a batch that cannot be read."""
    why = f"{error or type(error).__name__}"[:_LONGEST_SHOWN]
    return (
        f"the batch of the offsets {batch.base_offset} to {batch.next_offset - 1} cannot be "
        f"unpacked: {why}; send its messages again, in smaller batches"
    )


def _gzip(payload: Any) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(payload)) as unpacked:
        return _bounded(unpacked.read(MOST_UNPACKED + 1))


def _snappy(payload: Any) -> bytes:
    packed, raw = bytes(payload), cramjam.snappy
    if not packed.startswith(_XERIAL_HEADER):
        _check(raw.decompress_raw_len(packed))
        return bytes(raw.decompress_raw(packed))
    parts, at, size = [], _XERIAL_HEADER_LENGTH, 0
    while at < len(packed):
        end = at + 4 + int.from_bytes(packed[at : at + 4], "big")
        block = packed[at + 4 : end]
        size += raw.decompress_raw_len(block)
        _check(size)
        parts.append(bytes(raw.decompress_raw(block)))
        at = end
    return b"".join(parts)


def _into(decompress: Callable[[Any, Any], int]) -> Callable[[Any], bytes]:
    def unpack(payload: Any) -> bytes:
        # Memory pages without writes take no memory.
        room = bytearray(MOST_UNPACKED + 1)
        try:
            size = decompress(bytes(payload), room)
        except cramjam.DecompressionError as error:
            raise UnreadableBatchError(
                f"damaged, or more than {MOST_UNPACKED} bytes ({error})"
            ) from None
        return _bounded(bytes(memoryview(room)[:size]))

    return unpack


def _bounded(unpacked: bytes) -> bytes:
    _check(len(unpacked))
    return unpacked


def _check(size: int) -> None:
    if size > MOST_UNPACKED:
        raise UnreadableBatchError(f"more than {MOST_UNPACKED} bytes in one batch")


_DECODERS: dict[str, Callable[[Any], bytes]] = {
    "gzip_decode": _gzip,
    "snappy_decode": _snappy,
    "lz4_decode": _into(cramjam.lz4.decompress_into),
    "zstd_decode": _into(cramjam.zstd.decompress_into),
}
