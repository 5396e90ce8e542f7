"""The results of a working set: computed intervals, blocks to store, and blocks to load."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.telemetry.merge import Int32
from gridfeed.domain.telemetry.reach import Slots
from gridfeed.domain.telemetry.rollup import Rollup
from gridfeed.domain.telemetry.samples import Int64, Samples


@dataclass(frozen=True, slots=True)
class Values:
    """Computed intervals as columns. start: microseconds; the rollup has its own units.

    observed_at: time of the newest sample that counts, microseconds; EVERYTHING if there is none.
    """

    meter_id: Int64
    channel: NDArray[np.uint8]
    start: Int64
    seconds: Int64
    rollup: Rollup
    slots: Slots
    observed_at: Int64


@dataclass(frozen=True, slots=True)
class Ranges:
    """Stored blocks to load: interval starts in [first, last] of each series, microseconds."""

    series: Int32
    first: Int64
    last: Int64

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self.series)


@dataclass(frozen=True, slots=True)
class RawBlock:
    """All samples of one interval that came from this partition."""

    meter_id: int
    channel: int
    start: int
    samples: Samples
