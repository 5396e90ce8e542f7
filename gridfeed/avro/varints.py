"""Reads many zigzag varints, Avro's form of integers, at once."""

import numpy as np

from gridfeed.avro.batch import Batch, Mask, Words
from gridfeed.domain.telemetry.samples import Int64

_MORE = np.uint64(0x8080_8080_8080_8080)
_SEPTETS = np.uint64(0x7F7F_7F7F_7F7F_7F7F)
# Pairs of groups of 7, 14 and 28 bits are joined: the mask of the lower groups, and by how many
# bits the higher groups move.
_PAIRS = (
    (np.uint64(0x007F_007F_007F_007F), np.uint64(1)),
    (np.uint64(0x0000_3FFF_0000_3FFF), np.uint64(2)),
    (np.uint64(0x0000_0000_0FFF_FFFF), np.uint64(4)),
)


def read_varints(batch: Batch, at: Int64) -> tuple[Int64, Int64, Mask]:
    """Return the number at each place, its length in bytes, and whether it has over 64 bits.

    A number with superfluous zero bits at its end is accepted.
    """
    first = batch.buffer[at]
    rows = np.flatnonzero(first & 0x80)
    if len(rows) == len(at):
        bits, lengths, beyond = _read_long(batch, at)
    else:
        bits, lengths = first.astype(np.uint64), np.ones(len(at), np.int64)
        beyond = np.zeros(len(at), bool)
        if len(rows):
            bits[rows], lengths[rows], beyond[rows] = _read_long(batch, at[rows])
    return (bits >> 1).view(np.int64) ^ -(bits & 1).view(np.int64), lengths, beyond


def _read_long(batch: Batch, at: Int64) -> tuple[Words, Int64, Mask]:
    word = batch.words(at)
    last = ~word & _MORE
    within = last ^ (last - np.uint64(1))  # bits up to the first byte without the continuation bit
    bits = _without_gaps(word & within & _SEPTETS)
    lengths = (np.bitwise_count(within) >> 3).astype(np.int64)
    beyond: Mask = np.zeros(len(at), bool)
    rows = np.flatnonzero(last == 0)
    if len(rows):
        ninth = batch.buffer[at[rows] + 8]
        tenth = np.where(ninth & 0x80, batch.buffer[at[rows] + 9], 0)
        bits[rows] |= (ninth & 0x7F).astype(np.uint64) << 56 | tenth.astype(np.uint64) << 63
        lengths[rows] = np.where(ninth & 0x80, 10, 9)
        beyond[rows] = tenth > 1
    return bits, lengths, beyond


def _without_gaps(septets: Words) -> Words:
    for lower, shift in _PAIRS:
        septets = septets & lower | (septets & ~lower) >> shift
    return septets
