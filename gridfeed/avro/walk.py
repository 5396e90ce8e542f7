"""Walks flat records field by field, all messages at once, and keeps the wanted fields.

Each message is walked within its own bounds. Otherwise a record that is cut short, followed by one
that has as many bytes too many, would read as two valid records with wrong values.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from gridfeed.avro.batch import Batch, Mask
from gridfeed.avro.layout import Kind, Slot
from gridfeed.avro.varints import read_varints
from gridfeed.domain.telemetry.samples import Int64


@dataclass(frozen=True, slots=True)
class Field:
    """A field of every message; its values are arbitrary if the message is invalid.

    values: integers, enum indices, lengths of texts; 0 if null. places: where the value's bytes
    start. present: where it is not null; None means everywhere.
    """

    slot: Slot
    values: Int64
    places: Int64
    present: Mask | None = None

    def take(self, rows: Int64) -> "Field":
        """Return the field of some messages."""
        present = None if self.present is None else self.present[rows]
        return Field(self.slot, self.values[rows], self.places[rows], present)


def walk(
    batch: Batch, starts: Int64, ends: Int64, layout: tuple[Slot, ...], wanted: Collection[str]
) -> tuple[dict[str, Field], Mask]:
    """Return the wanted fields by name, and which stretches are exactly one record of the layout.

    A stretch is the bytes from its start to its end.
    """
    steps = _Walk(batch, starts.copy(), ends)
    fields = {}
    for slot in layout:
        field = steps.over(slot)
        if slot.name in wanted:
            fields[slot.name] = field
    sound: Mask = ~steps.bad & (steps.at == ends)
    return fields, sound


class _Walk:
    def __init__(self, batch: Batch, at: Int64, ends: Int64) -> None:
        self.batch, self.at, self.ends = batch, at, ends
        self.bad: Mask = at > ends

    def over(self, slot: Slot) -> Field:
        if slot.null_branch is None:
            return self._over_value(slot)
        branch = self._varint()
        self.bad |= (branch != 0) & (branch != 1)
        present: Mask = (branch != slot.null_branch) & ~self.bad
        rows = np.flatnonzero(present)
        walk = _Walk(self.batch, self.at[rows], self.ends[rows])
        found = walk._over_value(slot)
        self.at[rows], self.bad[rows] = walk.at, walk.bad
        values, places = np.zeros_like(self.at), self.at.copy()
        values[rows], places[rows] = found.values, found.places
        return Field(slot, values, places, present)

    def _over_value(self, slot: Slot) -> Field:
        if slot.kind is Kind.WIDE:
            places = self.at.copy()
            self._advance(slot.width)
            return Field(slot, places, places)
        values = self._varint()
        places = self.at.copy()
        if slot.kind is Kind.ENUM:
            self.bad |= (values < 0) | (values >= len(slot.symbols))
        elif slot.kind is Kind.COUNTED:
            self.bad |= values < 0
            self._advance(np.maximum(values, 0))
        return Field(slot, values, places)

    def _advance(self, by: int | Int64) -> None:
        # Compared before it is added: a length may be any 64-bit number.
        self.bad |= self.ends - self.at < by
        np.minimum(self.ends, self.at + by, out=self.at, where=~self.bad)

    def _varint(self) -> Int64:
        """Skip a varint and return its value."""
        values, lengths, beyond = read_varints(self.batch, self.at)
        self.bad |= beyond
        self._advance(lengths)
        return values
