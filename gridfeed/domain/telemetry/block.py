"""Raw samples of one series and interval as bytes, without loss.

A block is a version byte, a layout byte, an exponent byte and the columns observed_at (from the
interval's start), power (in units of 10^exponent x 10^-9 kW, because few meters use all nine
decimals) and offset. The quality follows only if one is not GOOD. The source is omitted, since a
stored block has only one.

Long columns are compressed by pcodec. Its headers cost about 30 bytes a column, so a few samples
are smaller as plain little-endian integers of just enough bytes.
"""

import struct
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from pcodec import ChunkConfig, DeltaSpec, ModeSpec
from pcodec.standalone import simple_compress, simple_decompress

from gridfeed.domain.telemetry.samples import Int64, Samples

VERSION = 1
PACKED, GRADED = 0x80, 0x40
#: Blocks of fewer samples are encoded both ways, and the shorter one is kept.
MAYBE_PLAIN = 16

#: pcodec's own search for the best coding takes ten times as long for 2 % fewer bytes.
DIFFERENCES, AS_IT_IS = (
    ChunkConfig(compression_level=4, mode_spec=ModeSpec.classic(), delta_spec=delta)
    for delta in (DeltaSpec.try_consecutive(1), DeltaSpec.no_op())
)
#: The head: version; layout (PACKED, GRADED and, if not packed, two bits for each column: its cells
#: have 2^n bytes); exponent. Then, if packed, the lengths of the first three columns.
HEADER, LENGTHS = struct.Struct("<BBB"), struct.Struct("<III")

Columns = tuple[Int64, Int64, Int64]
Qualities = NDArray[np.uint8]


class UnreadableBlockError(ValueError):
    """A stored block is damaged, or of a version that this program does not read."""


def encode(samples: Samples, start_us: int) -> bytes:
    """Return the samples of one source as a block. start_us: the interval's start.

    Keeps the order and every bit of all columns except the source.
    """
    exponent = _exponent(samples.power)
    columns = (samples.observed_at - start_us, samples.power // 10**exponent, samples.offset)
    quality = samples.quality if samples.quality.any() else samples.quality[:0]
    if len(samples) >= MAYBE_PLAIN:
        return _packed(columns, quality, exponent)
    plain = _plain(columns, quality, exponent)
    return min(plain, _packed(columns, quality, exponent), key=len) if len(samples) else plain


def decode(block: bytes, start_us: int, source: int) -> Samples:
    """Return the samples of a block made by `encode`, with this source.

    Raises UnreadableBlockError.
    """
    if block[:1] != bytes([VERSION]):
        raise UnreadableBlockError(
            f"sample block starts with {block[:1].hex() or 'nothing'}, this program reads version "
            f"{VERSION}; run a gridfeed at least as new as the one that wrote it"
        )
    try:
        _, layout, exponent = HEADER.unpack_from(block)
        read = _unpacked(block) if layout & PACKED else _read_plain(block, layout)
        (at, power, offset), quality = read
        if not layout & GRADED:
            quality = np.zeros(len(at), np.uint8)
        source_of = np.full(len(at), source, np.int32)
        return Samples(at + start_us, power * 10**exponent, quality, source_of, offset)
    except (RuntimeError, ValueError, struct.error) as error:
        raise UnreadableBlockError(
            f"sample block of {len(block)} bytes is damaged ({error}); restore it from a backup"
        ) from error


def _exponent(power: Int64) -> int:
    """Return the greatest n for which 10^n divides every power."""
    divisor, exponent = int(np.gcd.reduce(power)), 0
    while divisor and divisor % 10 == 0:
        divisor //= 10
        exponent += 1
    return exponent


def _packed(columns: Columns, quality: Qualities, exponent: int) -> bytes:
    at, power, offset = columns
    parts = [
        simple_compress(at, DIFFERENCES),
        _shorter(power),
        simple_compress(offset, DIFFERENCES),
        _shorter(quality.astype(np.uint16)) if len(quality) else b"",
    ]
    header = HEADER.pack(VERSION, PACKED | (GRADED if len(quality) else 0), exponent)
    return b"".join((header, LENGTHS.pack(*map(len, parts[:3])), *parts))


def _shorter(column: NDArray[np.int64] | NDArray[np.uint16]) -> bytes:
    """Return the shorter of the column's differences and the column: power drifts or flickers."""
    both: list[bytes] = [simple_compress(column, how) for how in (DIFFERENCES, AS_IT_IS)]
    return min(both, key=len)


def _unpacked(block: bytes) -> tuple[Columns, Qualities]:
    lengths = LENGTHS.unpack_from(block, HEADER.size)
    *starts, end = accumulate(lengths, initial=HEADER.size + LENGTHS.size)
    at, power, offset = (
        simple_decompress(block[start : start + length])
        for start, length in zip(starts, lengths, strict=True)
    )
    graded = simple_decompress(block[end:]) if len(block) > end else np.empty(0)
    return (at, power, offset), graded.astype(np.uint8)


def _plain(columns: Columns, quality: Qualities, exponent: int) -> bytes:
    layout = sum(_width(column) << 2 * place for place, column in enumerate(columns))
    layout |= GRADED if len(quality) else 0
    rows = np.empty(len(columns[0]), _row_type(layout))
    for name, column in zip(rows.dtype.names or (), (*columns, quality), strict=False):
        rows[name] = column
    return HEADER.pack(VERSION, layout, exponent) + rows.tobytes()


def _width(column: Int64) -> int:
    """Return the n for which 2^n bytes hold every value."""
    low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    return next(n for n in range(4) if -(1 << (8 << n) - 1) <= low and high < 1 << (8 << n) - 1)


@lru_cache
def _row_type(layout: int) -> np.dtype[np.void]:
    """Return the fields of one sample in a plain block."""
    names = ("observed_at", "power", "offset")
    fields = [(name, f"<i{1 << (layout >> 2 * n & 3)}") for n, name in enumerate(names)]
    return np.dtype(fields + [("quality", "u1")] * bool(layout & GRADED))


def _read_plain(block: bytes, layout: int) -> tuple[Columns, Qualities]:
    rows = np.frombuffer(block, _row_type(layout), offset=HEADER.size)
    at, power, offset = (rows[name].astype(np.int64) for name in ("observed_at", "power", "offset"))
    return (at, power, offset), rows["quality"].copy() if layout & GRADED else np.empty(0, np.uint8)
