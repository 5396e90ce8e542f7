"""Decoded telemetry as columns of one length."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.telemetry.samples import Int64


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of repeating texts: row i is texts[codes[i]].

    texts: the texts that occur, and possibly others; a text may be repeated.
    """

    texts: Sequence[str]
    codes: Int64

    @classmethod
    def of(cls, rows: Iterable[str]) -> Self:
        """Return the column of these texts."""
        found: dict[str, int] = {}
        codes = [found.setdefault(text, len(found)) for text in rows]
        return cls(list(found), np.array(codes, np.int64))

    @classmethod
    def concatenate(cls, parts: Sequence["TextColumn"]) -> Self:
        """Return all rows of all parts, in order; at least one part."""
        firsts = np.cumsum([0, *(len(part.texts) for part in parts)]).tolist()
        return cls(
            [text for part in parts for text in part.texts],
            np.concatenate(
                [part.codes + first for part, first in zip(parts, firsts[:-1], strict=True)]
            ),
        )

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.codes)

    def __getitem__(self, row: int, /) -> str:
        """Return the text of one row."""
        return self.texts[int(self.codes[row])]

    def take(self, rows: NDArray[np.intp]) -> Self:
        """Return the rows at some positions, in the given order."""
        return type(self)(self.texts, self.codes[rows])

    def to_list(self) -> list[str]:
        """Return the text of every row."""
        return [self.texts[code] for code in self.codes.tolist()]


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Samples as they arrived.

    positions: places in the batch, ascending. observed_at: microseconds since the epoch, UTC.
    power_kw: as sent, so possibly not finite. quality: position in POINT_QUALITIES. channel:
    position in CHANNELS.
    """

    positions: Int64
    meter_numbers: TextColumn
    observed_at: Int64
    power_kw: NDArray[np.float64]
    quality: NDArray[np.uint8]
    channel: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.positions)

    def take(self, rows: NDArray[np.intp]) -> "Telemetry":
        """Return the rows at some positions, in the given order."""
        return Telemetry(
            self.positions[rows],
            self.meter_numbers.take(rows),
            self.observed_at[rows],
            self.power_kw[rows],
            self.quality[rows],
            self.channel[rows],
        )


def none() -> Telemetry:
    """Return no samples."""
    return Telemetry(
        np.empty(0, np.int64),
        TextColumn.of([]),
        np.empty(0, np.int64),
        np.empty(0, np.float64),
        np.empty(0, np.uint8),
        np.empty(0, np.uint8),
    )


def together(parts: Sequence[Telemetry]) -> Telemetry:
    """Return all samples of all parts, ordered by position; each part must be ordered."""
    if len(parts) < 2:
        return parts[0] if parts else none()
    whole = Telemetry(
        np.concatenate([part.positions for part in parts]),
        TextColumn.concatenate([part.meter_numbers for part in parts]),
        np.concatenate([part.observed_at for part in parts]),
        np.concatenate([part.power_kw for part in parts]),
        np.concatenate([part.quality for part in parts]),
        np.concatenate([part.channel for part in parts]),
    )
    return whole.take(np.argsort(whole.positions))
