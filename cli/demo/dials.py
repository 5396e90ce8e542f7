"""The register of a meter of the synthetic fleet: settled energy, counted up."""

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

#: When the dials of all meters stood at zero.
INSTALLED = datetime(2020, 1, 1, tzinfo=UTC)
REGISTER = "total"
DIGITS = 9
#: The last dial counts watt-hours.
MICRO_PER_DIAL = 1000
DIALS_PER_KWH = 1000


@dataclass(frozen=True, slots=True)
class Dials:
    """What a register shows at any instant, as a function of time.

    sums: energy in 10^-6 kWh of the first so many intervals of `step` from INSTALLED on; after the
    last of them the intervals repeat.
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
        """Count what `energy` says of the interval that starts then; it repeats after `period`."""
        each = (energy(INSTALLED + place * step) for place in range(period // step))
        return cls(meter_number, timezone, step, (0, *accumulate(each)))

    def reads(self, since: datetime, until: datetime) -> Iterator[RegisterRead]:
        """Yield what it shows at every local midnight of (since, until]."""
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
