"""Find the messages whose bytes are exactly one record, all of them at once.

A block of records has no boundaries inside: a record cut short followed by one with as many bytes
too many reads as two sound records with wrong values. Therefore each message is walked within its
own bounds first, and only what fits to the byte is read as a block.
"""

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.samples import Int64
from gridfeed.wire.layout import Kind, Slot

#: Zero bytes that must follow the last message, so that no look ahead leaves the buffer.
PADDING = bytes(16)
# Longer varints do not fit the signed integers used here. They are rare enough to go one by one.
_LONGEST_VARINT = 9

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def fits(buffer: Bytes, starts: Int64, ends: Int64, layout: tuple[Slot, ...]) -> Mask:
    """Return which of buffer[starts:ends] are one whole record of this layout.

    buffer: all messages, then PADDING. A False is not the last word: it also stands for varints
    of ten bytes.
    """
    walk = _Walk(buffer, starts.copy(), ends)
    for slot in layout:
        walk.over(slot)
    fit: Mask = ~walk.bad & (walk.at == ends)
    return fit


class _Walk:
    def __init__(self, buffer: Bytes, at: Int64, ends: Int64) -> None:
        self.buffer, self.at, self.ends = buffer, at, ends
        self.bad: Mask = at > ends

    def over(self, slot: Slot) -> None:
        if slot.null_branch is None:
            self._over_value(slot)
            return
        branch = self._varint()
        self.bad |= (branch != 0) & (branch != 1)
        rows = np.flatnonzero((branch != slot.null_branch) & ~self.bad)
        present = _Walk(self.buffer, self.at[rows], self.ends[rows])
        present._over_value(slot)
        self.at[rows], self.bad[rows] = present.at, present.bad

    def _over_value(self, slot: Slot) -> None:
        if slot.kind is Kind.WIDE:
            self._advance(slot.width)
            return
        value = self._varint()
        if slot.kind is Kind.ENUM:
            self.bad |= (value < 0) | (value >= len(slot.symbols))
        elif slot.kind is Kind.COUNTED:
            self.bad |= value < 0
            self._advance(np.maximum(value, 0))

    def _advance(self, by: int | Int64) -> None:
        self.at += by
        self._stay_inside()

    def _stay_inside(self) -> None:
        self.bad |= self.at > self.ends
        np.minimum(self.at, self.ends, out=self.at)

    def _varint(self) -> Int64:
        """Step over a varint and return its zigzag value."""
        byte = self.buffer[self.at]
        bits = (byte & 0x7F).astype(np.int64)
        self.at += 1
        rows = np.flatnonzero(byte & 0x80)
        for shift in range(7, 7 * _LONGEST_VARINT, 7):
            if not len(rows):
                break
            byte = self.buffer[self.at[rows]]
            bits[rows] |= (byte & 0x7F).astype(np.int64) << shift
            self.at[rows] += 1
            rows = rows[byte >= 0x80]
        self.bad[rows] = True
        self._stay_inside()
        return (bits >> 1) ^ -(bits & 1)
