"""One partition in numbers that people use: minutes, MW and MWh."""

from gridfeed.domain.telemetry.series import SeriesRule
from gridfeed.domain.words import PointQuality
from tests import reference
from tests.domain.telemetry.partition import Message, Store, Worker

MINUTE = 60_000_000
MW = 10**12  # in 10^-9 kW
MWH = 10**9  # in 10^-6 kWh
DAY = 24 * 60
GOOD, BAD = PointQuality.GOOD, PointQuality.BAD


def rule(hold: float, *, linear: bool = False, length: int = 15) -> SeriesRule:
    return SeriesRule(length * MINUTE, 0, round(hold * MINUTE), linear)


class Line:
    """One partition: its log, and the worker that owns it."""

    def __init__(self, *rules: SeriesRule, store: Store | None = None, source: int = 7) -> None:
        self.rules, self.source, self.log = rules, source, []
        self.store = store or Store()
        self.worker = Worker(self.store, rules, source)

    def send(self, *samples: tuple, meter: int = 0, channel: int = 0) -> None:
        """Send (minute, MW) or (minute, MW, quality), and let the worker take them."""
        for minute, megawatt, *quality in samples:
            at, power = round(minute * MINUTE), round(megawatt * MW)
            sample = reference.Sample(at, power, *(quality or [GOOD]), self.source, len(self.log))
            self.log.append(Message((meter, channel), sample))
        self.worker.take(self.log, len(self.log))

    def publish(self, minute: float, *, checkpoint: bool = False, series=(0, 0)) -> dict:
        """Return {start: energy} of all that is published by the clock."""
        written = self.worker.publish(round(minute * MINUTE), checkpoint=checkpoint)
        return {
            start // MINUTE: value.energy and value.energy / MWH
            for start, value in written.get(series, {}).items()
        }

    def crash(self) -> None:
        self.worker = Worker(self.store, self.rules, self.source)

    def in_memory(self) -> list[float]:
        return (self.worker.set._rows.samples.observed_at / MINUTE).tolist()
