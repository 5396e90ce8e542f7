"""Decoded telemetry: columns of one length."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gridfeed.domain.samples import Int64


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Samples as they came.

    positions: places in the batch, ascending. meter_numbers: polars String. observed_at:
    microseconds since the epoch, UTC. power_kw: as sent, so maybe not finite. quality: position in
    POINT_QUALITIES. channel: position in CHANNELS.
    """

    positions: Int64
    meter_numbers: pl.Series
    observed_at: Int64
    power_kw: NDArray[np.float64]
    quality: NDArray[np.uint8]
    channel: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.positions)

    def take(self, rows: NDArray[np.intp]) -> "Telemetry":
        """Return the rows of these numbers, in their order."""
        return Telemetry(
            self.positions[rows],
            self.meter_numbers.gather(rows),
            self.observed_at[rows],
            self.power_kw[rows],
            self.quality[rows],
            self.channel[rows],
        )


def none() -> Telemetry:
    """Return no samples."""
    return Telemetry(
        np.empty(0, np.int64),
        pl.Series([], dtype=pl.String),
        np.empty(0, np.int64),
        np.empty(0, np.float64),
        np.empty(0, np.uint8),
        np.empty(0, np.uint8),
    )


def together(parts: Sequence[Telemetry]) -> Telemetry:
    """Return all samples of all parts, each in order of position, by position."""
    if len(parts) < 2:
        return parts[0] if parts else none()
    whole = Telemetry(
        np.concatenate([part.positions for part in parts]),
        pl.concat([part.meter_numbers for part in parts]),
        np.concatenate([part.observed_at for part in parts]),
        np.concatenate([part.power_kw for part in parts]),
        np.concatenate([part.quality for part in parts]),
        np.concatenate([part.channel for part in parts]),
    )
    return whole.take(np.argsort(whole.positions))
