"""Groups rows of forecasts: a message holds consecutive intervals of one vintage."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from math import isnan, nan

from cli.fault import Fault
from cli.imports.columns import Doubles, Integers, doubles, integers
from cli.imports.rows import Values
from gridfeed.avro.encode import encode_forecast
from gridfeed.domain.calendar.instants import SECOND_US, instant, microseconds
from gridfeed.domain.settlement.messages import Forecast
from gridfeed.domain.settlement.validation import LONGEST_FORECAST
from gridfeed.domain.words import Product

#: Keeps a message below 50 kB.
MOST_INTERVALS = 2000

#: Key, framed bytes, line of the first row, number of rows.
Grouped = tuple[bytes, bytes, int, int]
_Name = tuple[str, Product, datetime]


@dataclass(slots=True)
class _Rows:
    """The intervals of one length in a vintage. A missing quantile is NaN."""

    starts: Integers = field(default_factory=integers)
    lines: Integers = field(default_factory=integers)
    power_kw: Doubles = field(default_factory=doubles)
    p10_kw: Doubles = field(default_factory=doubles)
    p90_kw: Doubles = field(default_factory=doubles)

    def in_order(self) -> list[int]:
        """Return the places of the rows, by start; rows with the same start, by line."""
        return sorted(range(len(self.starts)), key=lambda at: (self.starts[at], self.lines[at]))

    def continues(self, before: int, after: int, seconds: int) -> bool:
        """Return whether `after` begins where `before` ends, with the same quantiles given."""
        return (
            self.starts[after] - self.starts[before] == seconds * SECOND_US
            and isnan(self.p10_kw[after]) == isnan(self.p10_kw[before])
            and isnan(self.p90_kw[after]) == isnan(self.p90_kw[before])
        )


class Vintages:
    """Takes rows in any order. A vintage is one meter, product and time of issue."""

    def __init__(self) -> None:
        """Start without rows."""
        self._rows: dict[tuple[_Name, int], _Rows] = {}
        self._models: dict[_Name, tuple[str | None, int]] = {}
        self._others: list[tuple[Fault, list[int]]] = []

    def add(self, line: int, values: Values, start: datetime) -> None:
        """Take a row. start: the instant of its interval. `issued_at` in values is an instant."""
        name = values["meter_number"], values["product"], values["issued_at"]
        model, first = self._models.setdefault(name, (values.get("model"), line))
        if values.get("model") != model:
            told = f"model: {values.get('model')!r}, but {model!r} on line {first}; all rows of"
            why = f"{told} a vintage (meter_number, product, issued_at) need the same model"
            self._others.append((Fault(line, why), [line]))
            return
        rows = self._rows.setdefault((name, values["interval_seconds"]), _Rows())
        rows.starts.append(microseconds(start))
        rows.lines.append(line)
        rows.power_kw.append(values["power_kw"])
        rows.p10_kw.append(values.get("p10_kw", nan))
        rows.p90_kw.append(values.get("p90_kw", nan))

    def faults(self) -> Iterator[tuple[Fault, list[int]]]:
        """Yield a fault for a second model or a repeated start in a vintage, with its lines."""
        yield from self._others
        for rows in self._rows.values():
            for one, other in pairwise(rows.in_order()):
                if rows.starts[one] == rows.starts[other]:
                    lines = [rows.lines[one], rows.lines[other]]
                    why = f"start: the same interval of this vintage is on line {lines[0]}"
                    yield Fault(lines[1], why), lines

    def messages(self, bad: Collection[int]) -> Iterator[Grouped]:
        """Yield the messages of all rows except those on bad lines."""
        for (name, seconds), rows in self._rows.items():
            run: list[int] = []
            for at in rows.in_order():
                if rows.lines[at] in bad:
                    continue
                full = len(run) >= _most(seconds)
                if run and (full or not rows.continues(run[-1], at, seconds)):
                    yield self._message(name, seconds, rows, run)
                    run = []
                run.append(at)
            if run:
                yield self._message(name, seconds, rows, run)

    def _message(self, name: _Name, seconds: int, rows: _Rows, run: list[int]) -> Grouped:
        meter_number, product, issued_at = name
        forecast = Forecast(
            meter_number,
            product,
            issued_at,
            instant(rows.starts[run[0]]),
            seconds,
            tuple(rows.power_kw[at] for at in run),
            _given(rows.p10_kw, run),
            _given(rows.p90_kw, run),
            self._models[name][0],
        )
        first = min(rows.lines[at] for at in run)
        return meter_number.encode(), encode_forecast(forecast), first, len(run)


def _most(seconds: int) -> int:
    """Return the most intervals in one message: workers accept at most ten days."""
    return min(MOST_INTERVALS, max(1, int(LONGEST_FORECAST.total_seconds()) // seconds))


def _given(values: Doubles, run: list[int]) -> tuple[float, ...] | None:
    return None if isnan(values[run[0]]) else tuple(values[at] for at in run)
