"""The series of one partition as columns: their rules, and how far each is in memory."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.telemetry.merge import Int32
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import Channel

CHANNELS = tuple(Channel)
#: An instant before all others: every row of the series is in memory.
EVERYTHING = int(np.iinfo(np.int64).min) // 4
#: An instant after all others.
NEVER = -EVERYTHING


@dataclass(frozen=True, slots=True)
class SeriesRule:
    """The roll-up rule of one series. All in microseconds."""

    length: int
    anchor: int
    hold: int
    linear: bool


@dataclass(slots=True)
class Series:
    """Growing columns, one entry for each (meter, channel): its position is its number."""

    meter_id: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    channel: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    length: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    anchor: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    hold: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    linear: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    #: Every stored row at or after this instant is in memory, and so is the last row before it.
    resident_from: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    _numbers: Int32 = field(default_factory=lambda: np.empty(0, np.int32))

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self.meter_id)

    def numbers(self, meter_id: Int64, channel: NDArray[np.uint8]) -> Int32:
        """Return the number of each (meter, channel), -1 if it is not registered."""
        slot = meter_id * len(CHANNELS) + channel
        if len(slot) and int(slot.max()) >= len(self._numbers):
            room = np.full(2 * int(slot.max()) + len(CHANNELS), -1, np.int32)
            room[: len(self._numbers)] = self._numbers
            self._numbers = room
        numbers: Int32 = self._numbers[slot]
        return numbers

    def register(self, meter_id: int, channel: int, rule: SeriesRule) -> int:
        """Add a series without stored rows, or change the rule of a known series."""
        known = int(self.numbers(np.array([meter_id]), np.array([channel], np.uint8))[0])
        if known >= 0:
            self.hold[known], self.linear[known] = rule.hold, rule.linear
            return known
        number = len(self)
        self.meter_id = np.append(self.meter_id, meter_id)
        self.channel = np.append(self.channel, np.uint8(channel))
        self.length = np.append(self.length, rule.length)
        self.anchor = np.append(self.anchor, rule.anchor)
        self.hold = np.append(self.hold, rule.hold)
        self.linear = np.append(self.linear, rule.linear)
        self.resident_from = np.append(self.resident_from, EVERYTHING)
        self._numbers[meter_id * len(CHANNELS) + channel] = number
        return number

    def interval(self, series: Int32, instants: Int64) -> Int64:
        """Return the ordinal of the interval that contains each instant of its series."""
        return (instants - self.anchor[series]) // self.length[series]

    def start(self, series: Int32, ordinals: Int64) -> Int64:
        """Return the start instant of each interval ordinal."""
        return ordinals * self.length[series] + self.anchor[series]
