"""The register of a meter in the synthetic fleet: it counts the settled energy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Self
from zoneinfo import ZoneInfo

from gridfeed.domain.calendar.instants import MICROSECOND
from gridfeed.domain.calendar.interval import local_days
from gridfeed.domain.settlement.messages import RegisterRead

#: The instant at which the dials of all meters stood at zero.
INSTALLED = datetime(2020, 1, 1, tzinfo=UTC)
REGISTER = "total"
DIGITS = 9
#: The last dial counts watt-hours.
MICRO_PER_DIAL = 1000
DIALS_PER_KWH = 1000


@dataclass(frozen=True, slots=True)
class Dials:
    """The reading of a register, as a function of time.

    sums: sums[k] is the energy, in 10^-6 kWh, of the first k intervals of length `step` from
    INSTALLED on. After the last interval the intervals repeat.
    """

    meter_number: str
    timezone: ZoneInfo
    step: timedelta
    sums: tuple[int, ...]

    @classmethod
    def of(
        cls,
        meter_number: str,
        timezone: ZoneInfo,
        energy: Callable[[datetime], int],
        step: timedelta,
        period: timedelta,
    ) -> Self:
        """Return a meter's register. energy: gives an interval's energy; repeats after `period`."""
        each = (energy(INSTALLED + place * step) for place in range(period // step))
        return cls(meter_number, timezone, step, (0, *accumulate(each)))

    def reads(self, since: datetime, until: datetime) -> Iterator[RegisterRead]:
        """Yield the reading at every local midnight in (since, until]."""
        for _, day in local_days(self.timezone, since, until + MICROSECOND):
            if day.start > since:
                yield self._read(day.start)

    def _read(self, at: datetime) -> RegisterRead:
        whole, rest = divmod(self._counted(at) // MICRO_PER_DIAL, DIALS_PER_KWH)
        value = f"{whole % 10**DIGITS:0{DIGITS}}.{rest:03}"
        return RegisterRead(self.meter_number, REGISTER, DIGITS, Decimal(1), value, at)

    def _counted(self, at: datetime) -> int:
        rounds, place = divmod((at - INSTALLED) // self.step, len(self.sums) - 1)
        return rounds * self.sums[-1] + self.sums[place]
