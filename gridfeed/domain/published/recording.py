"""A recording of one plant, replayed at any instant: the same time of day, whole days earlier."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recording:
    """Power at a fixed step: kilowatts[i] was recorded at `start + i * step`, UTC, without gaps.

    It must span at least a day. An instant outside it is shifted into it by whole days of 24 hours
    in UTC, so the sun stands as it did, and no change of clocks skips or repeats a value.
    """

    start: datetime
    step: timedelta
    kilowatts: tuple[Decimal, ...]

    def __post_init__(self) -> None:
        """Raise ValueError for less than a day: some time of day would be missing."""
        if self.end - self.start < DAY:
            raise ValueError(f"recording of {self.end - self.start}: at least 24 hours are needed")

    @property
    def end(self) -> datetime:
        """Return the end of the recording, exclusive."""
        return self.start + len(self.kilowatts) * self.step

    @property
    def period(self) -> timedelta:
        """Return the number of whole days, as a time, after which the replay starts again."""
        return -((self.start - self.end) // DAY) * DAY

    def moment(self, at: datetime) -> datetime:
        """Return the recorded moment that is replayed at `at`.

        If the recording is no whole number of days long, the last round lacks some times of day;
        they are taken from the following day.
        """
        rounds = (at - self.end) // self.period + 1
        moment = at - rounds * self.period
        return moment if moment >= self.start else moment + DAY

    def power_kw(self, at: datetime) -> Decimal:
        """Return the power at `at`, interpolated linearly between two recorded values."""
        since = (self.moment(at) - self.start) % self.step
        before, after = self._recorded(at - since), self._recorded(at - since + self.step)
        if not since:
            return before
        return before + (after - before) * Decimal(since // timedelta.resolution) / Decimal(
            self.step // timedelta.resolution
        )

    def mean_kw(self, start: datetime, length: timedelta) -> Decimal:
        """Return the mean of the recorded values in [start, start + length).

        Raises ValueError if `length` is not a multiple of the step.
        """
        count, rest = divmod(length, self.step)
        if rest or not count:
            raise ValueError(f"length={length} is no multiple of the recording's step {self.step}")
        total = sum((self._recorded(start + i * self.step) for i in range(count)), Decimal(0))
        return total / count

    def not_below_zero(self) -> Self:
        """Return the recording with 0 in place of every negative value."""
        return replace(self, kilowatts=tuple(max(kw, Decimal(0)) for kw in self.kilowatts))

    def _recorded(self, at: datetime) -> Decimal:
        return self.kilowatts[(self.moment(at) - self.start) // self.step]
