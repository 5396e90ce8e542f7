"""The messages of one meter in the synthetic fleet, as functions of time alone.

The history and the live part use the same functions over different spans, so a demonstration that
is started again sends the same values for the same instants.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from cli.demo.dials import Dials
from gridfeed.domain.calendar.instants import EPOCH
from gridfeed.domain.calendar.interval import ONE_DAY, local_day
from gridfeed.domain.published import persistence
from gridfeed.domain.published.recording import Recording
from gridfeed.domain.settlement.messages import Forecast, RevenueRead
from gridfeed.domain.words import Channel, Product, ReadQuality

#: The nominal power of the recorded plant. Each meter's power is the recording, scaled.
RECORDED_KW = Decimal(6)
MICRO = Decimal("0.000001")
SECOND = timedelta(seconds=1)
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
HOURS_PER_QUARTER = Decimal("0.25")

#: A read is sent this long after its interval. One interval in every hour is corrected later.
READ_DELAY = timedelta(hours=6)
CORRECTION_DELAY = timedelta(hours=48)
CORRECTION_EVERY = HOUR
CORRECTION_FACTOR = Decimal("1.002")
#: Day-ahead forecasts are issued at this local time of the day before.
DAY_AHEAD_AT = time(18)
#: Hour-ahead forecasts are issued this long before their hour.
HOUR_AHEAD_LEAD = timedelta(minutes=15)
MODELS = {Product.DAY_AHEAD: persistence.day_ahead, Product.HOUR_AHEAD: persistence.hour_ahead}


@dataclass(frozen=True, slots=True)
class Plant:
    """One meter: it replays the recordings, scaled to its capacity.

    lag: the delay of its telemetry, as if clouds came later. recorded: the power of each channel
    that is sent as telemetry. Forecasts are of GROSS. reads_recorded: the recording of NET for the
    reads.
    """

    meter_number: str
    timezone: ZoneInfo
    capacity_kw: Decimal
    lag: timedelta
    recorded: Mapping[Channel, Recording]
    reads_recorded: Recording

    @property
    def key(self) -> bytes:
        """Return the key of the meter's Kafka messages."""
        return self.meter_number.encode()

    def samples(
        self, since: datetime, until: datetime, every: timedelta
    ) -> Iterator[tuple[datetime, Channel, Decimal]]:
        """Yield (observed_at, channel, kW) in (since, until], at multiples of `every`."""
        for at in _multiples(since, until, every):
            for channel, recording in self.recorded.items():
                yield at, channel, self._scaled(recording.power_kw(at - self.lag))

    def reads(self, since: datetime, until: datetime) -> Iterator[RevenueRead]:
        """Yield the reads whose `read_at` is in (since, until]: first version 0, then version 1."""
        for version, delay, every in (
            (0, READ_DELAY, QUARTER),
            (1, CORRECTION_DELAY, CORRECTION_EVERY),
        ):
            after_start = QUARTER + delay
            for start in _multiples(since - after_start, until - after_start, every):
                yield self._read(start, version, start + after_start)

    def forecasts(self, since: datetime, until: datetime) -> Iterator[Forecast]:
        """Yield the forecasts issued in (since, until]."""
        for issued_at in self._evenings(since, until):
            tomorrow = local_day(self.timezone, self._local_date(issued_at) + ONE_DAY)
            yield self._forecast(Product.DAY_AHEAD, issued_at, tomorrow.start, tomorrow.duration)
        for start in _multiples(since + HOUR_AHEAD_LEAD, until + HOUR_AHEAD_LEAD, HOUR):
            yield self._forecast(Product.HOUR_AHEAD, start - HOUR_AHEAD_LEAD, start, HOUR)

    def _evenings(self, since: datetime, until: datetime) -> Iterator[datetime]:
        day = self._local_date(since)
        while day <= self._local_date(until):
            evening = datetime.combine(day, DAY_AHEAD_AT, self.timezone).astimezone(UTC)
            if since < evening <= until:
                yield evening
            day += ONE_DAY

    def _local_date(self, at: datetime) -> date:
        return at.astimezone(self.timezone).date()

    def _forecast(
        self, product: Product, issued_at: datetime, start: datetime, length: timedelta
    ) -> Forecast:
        starts = [start + i * QUARTER for i in range(length // QUARTER)]
        power = MODELS[product](starts, QUARTER, issued_at=issued_at, observed=self._mean_kw)
        return Forecast(
            meter_number=self.meter_number,
            product=product,
            issued_at=issued_at,
            start=start,
            interval_seconds=QUARTER // SECOND,
            power_kw=tuple(float(kw.quantize(MICRO)) for kw in power),
            model=MODELS[product].__name__ + "_persistence",
        )

    def dials(self) -> Dials:
        """Return the meter's register, which counts the finally settled energy."""
        return Dials.of(
            self.meter_number,
            self.timezone,
            lambda start: self._energy_microkwh(start, int(_is_multiple(start, CORRECTION_EVERY))),
            QUARTER,
            self.reads_recorded.period,
        )

    def _energy_microkwh(self, start: datetime, version: int) -> int:
        energy = self._scaled(self.reads_recorded.power_kw(start)) * HOURS_PER_QUARTER
        if version:
            energy *= CORRECTION_FACTOR
        return int(energy.quantize(MICRO) / MICRO)

    def _read(self, start: datetime, version: int, read_at: datetime) -> RevenueRead:
        return RevenueRead(
            meter_number=self.meter_number,
            interval_start=start,
            interval_seconds=QUARTER // SECOND,
            energy_microkwh=self._energy_microkwh(start, version),
            channel=Channel.NET,
            quality=ReadQuality.CORRECTED if version else ReadQuality.REVENUE,
            settlement_version=version,
            read_at=read_at,
        )

    def _mean_kw(self, start: datetime, length: timedelta) -> Decimal:
        return self._scaled(self.recorded[Channel.GROSS].mean_kw(start - self.lag, length))

    def _scaled(self, kilowatts: Decimal) -> Decimal:
        return kilowatts * self.capacity_kw / RECORDED_KW


def _is_multiple(at: datetime, every: timedelta) -> bool:
    return not (at - EPOCH) % every


def _multiples(since: datetime, until: datetime, every: timedelta) -> Iterator[datetime]:
    """Yield the multiples of `every` since the epoch that are in (since, until]."""
    at = EPOCH + ((since - EPOCH) // every + 1) * every
    while at <= until:
        yield at
        at += every
