"""Telemetry as columns: the stream handles batches, not single records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.words import PointQuality

Int64 = NDArray[np.int64]

#: The quantum of power, to which it is rounded on arrival: 10^-9 kW, one microwatt.
QUANTA_PER_KW = 10**9
#: Largest power that the exact arithmetic of `rollup` can handle: 10 GW.
MAX_POWER = 10_000_000 * QUANTA_PER_KW

POINT_QUALITIES = tuple(PointQuality)
GOOD, UNCERTAIN, BAD, SUBSTITUTED = range(4)


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples as columns of one length.

    observed_at: microseconds since the epoch, UTC. power: 10^-9 kW, generation positive. quality:
    position in POINT_QUALITIES. source, offset: the topic partition's id and the Kafka offset,
    which order two samples of the same instant.
    """

    observed_at: Int64
    power: Int64
    quality: NDArray[np.uint8]
    source: NDArray[np.int32]
    offset: Int64

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.observed_at)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        """Return the chosen rows."""
        return type(self)(
            self.observed_at[rows],
            self.power[rows],
            self.quality[rows],
            self.source[rows],
            self.offset[rows],
        )

    def columns(self) -> tuple[NDArray[np.generic], ...]:
        """Return the columns in the order of the fields."""
        return self.observed_at, self.power, self.quality, self.source, self.offset

    @classmethod
    def concatenate(cls, parts: "Sequence[Samples]") -> Self:
        """Return all rows of all parts, in order."""
        if not parts:
            return cls.none()
        return cls(
            *(
                np.concatenate(columns)
                for columns in zip(*(part.columns() for part in parts), strict=True)
            )
        )

    @classmethod
    def none(cls) -> Self:
        """Return no samples."""
        return cls(
            np.empty(0, np.int64),
            np.empty(0, np.int64),
            np.empty(0, np.uint8),
            np.empty(0, np.int32),
            np.empty(0, np.int64),
        )


def quantise(power_kw: NDArray[np.float64]) -> Int64:
    """Return finite kilowatts as integers of 10^-9 kW, half to even.

    Nine decimals are exact up to 2 GW; above that, a double has fewer.
    """
    return np.rint(power_kw * QUANTA_PER_KW).astype(np.int64)


def quantise_one(power_kw: float) -> int:
    """Return finite kilowatts as an integer of 10^-9 kW, as `quantise` does."""
    return round(power_kw * QUANTA_PER_KW)
