"""Interval energy as usually written for a stock Faust agent: sample by sample, in floats."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(slots=True)
class StockValue:
    """An open interval: power times time (kW x microseconds), time, peak, number of samples."""

    area: float = 0.0
    covered: int = 0
    peak: float = float("-inf")
    samples: int = 0


class StockRollup:
    """Step integration with carry-in for all meters. length, hold: in microseconds."""

    def __init__(self, length: int, hold: int) -> None:
        """Start without meters."""
        self._length, self._hold = length, hold
        self._last: dict[str, tuple[int, float]] = {}
        self._values: dict[tuple[str, int], StockValue] = {}
        self._changed: set[tuple[str, int]] = set()

    def add(self, meter_number: str, observed_at: int, power_kw: float) -> None:
        """Let the previous sample hold until this one, and count this one."""
        last = self._last.get(meter_number)
        if last is not None:
            self._cover(meter_number, *last, until=min(observed_at, last[0] + self._hold))
        self._last[meter_number] = observed_at, power_kw
        self._value(meter_number, observed_at).samples += 1

    def take_changed(self) -> Iterator[tuple[str, int, StockValue]]:
        """Yield (meter, start, value) of values changed since the last call; drop closed ones."""
        for key in self._changed:
            meter_number, start = key
            yield meter_number, start, self._values[key]
            if self._last[meter_number][0] >= start + self._length:
                del self._values[key]
        self._changed = set()

    def _cover(self, meter_number: str, since: int, power_kw: float, *, until: int) -> None:
        while since < until:
            end = min(until, since - since % self._length + self._length)
            value = self._value(meter_number, since)
            value.area += power_kw * (end - since)
            value.covered += end - since
            value.peak = max(value.peak, power_kw)
            since = end

    def _value(self, meter_number: str, at: int) -> StockValue:
        key = meter_number, at - at % self._length
        self._changed.add(key)
        value = self._values.get(key)
        if value is None:
            value = self._values[key] = StockValue()
        return value
