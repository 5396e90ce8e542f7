"""What is published after a log of inputs, by the plain rules: sets, dictionaries and `max`.

Nothing here knows of versions or of instants other than those of the log's entries: to say what was
published at T, the log is cut at T and replayed from its beginning.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from gridfeed.domain.words import FORECAST_FORMAT, Channel, Product, ProductionFormat
from tests import reference
from tests.history.log import Edited, Kept, Key, Published, Row, Value, Withdrawn
from tests.history.steps import QUARTER, START, Read, Rule, Vintage

SCADA = ProductionFormat.SCADA
SETTLEMENT = ProductionFormat.SETTLEMENT
EPOCH = datetime(1970, 1, 1, tzinfo=START.tzinfo)
LOCAL_DAY = START.replace(hour=7)
GRACE = timedelta(seconds=300)


@dataclass(frozen=True)
class Gates:
    """When a forecast counts. declared: at 10:00 the day before, and an hour before; instants
    themselves count. Else before the local day, and before the interval.
    """

    declared: bool

    def passed(self, product: Product, issued_at: datetime, start: datetime) -> bool:
        """Tell whether a forecast came in time for an interval."""
        day_ahead = product is Product.DAY_AHEAD
        if not self.declared:
            return issued_at < (LOCAL_DAY if day_ahead else start)
        hour = timedelta(hours=1)
        return issued_at <= (LOCAL_DAY - 14 * hour if day_ahead else start - hour)


@dataclass
class Replay:
    """What is published, and what it takes to go on."""

    rule: Rule
    gates: Gates
    rows: dict[Key, Row] = field(default_factory=dict)
    #: Edits in force, and reads and vintages, each once, whether they count or not.
    in_force: dict[Key, Edited] = field(default_factory=dict)
    kept: set[tuple[object, ...]] = field(default_factory=set)
    _now: datetime = START
    #: By partition and channel; no channel comes from two.
    _samples: dict[int, dict[Channel, list[reference.Sample]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    #: What may count, with the source and offset where it was first read.
    _candidates: dict[Key, dict[Any, tuple[int, int]]] = field(default_factory=dict)
    #: What the streams say of edited intervals.
    _waiting: dict[Key, Value] = field(default_factory=dict)
    #: When intervals become final that are not.
    _open_until: dict[Key, datetime] = field(default_factory=dict)

    def apply(self, recorded_at: datetime, entry: object) -> None:
        """Take the next entry of the log."""
        self._now = recorded_at
        match entry:
            case Published():
                self._publish(entry)
            case Kept(what=Vintage() as vintage):
                self._forecast(entry, vintage)
            case Kept(what=reads):
                self._settle(entry, reads)
            case Edited():
                self._edit(entry)
            case Withdrawn():
                self._withdraw(entry)

    def _publish(self, entry: Published) -> None:
        for channel, sample in entry.samples:
            self._samples[entry.partition].setdefault(channel, []).append(sample)
        for channel, samples in self._samples[entry.partition].items():
            self._say_all(channel, samples, entry.clock)
        if self._samples[entry.partition]:  # who brought nothing of a meter makes nothing final
            self._open_until = {
                key: until for key, until in self._open_until.items() if until > entry.clock
            }

    def _say_all(self, channel: Channel, samples: list[reference.Sample], clock: datetime) -> None:
        """Say what the samples of a channel make of every interval."""
        length = timedelta(seconds=self.rule.length)
        known = {
            (SCADA, channel, instant(start)): telemetry_value(value)
            for start, value in visible(samples, self.rule, clock - length).items()
        }
        said = [key for key in self.rows if key[:2] == (SCADA, channel) and self._streams(key)]
        gone = Value(samples=0, coverage_us=0, longest_gap_us=self.rule.length * 1_000_000)
        for key in {**known, **dict.fromkeys(said)}:
            final_at = max(key[2] + length, clock) + GRACE
            self._say(key, known.get(key, gone), "late_samples", final_at)

    def _streams(self, key: Key) -> bool:
        """Tell whether the telemetry stream has said anything of an interval."""
        value = self._waiting.get(key) if key in self.in_force else self.rows[key].value
        return value is not None and value.samples is not None

    def _settle(self, entry: Kept, reads: Iterable[Read]) -> None:
        changed = {}
        for offset, read in enumerate(reads, entry.offset):
            key = SETTLEMENT, Channel.NET, START + read.place * QUARTER
            energy, quality = read.watt_hours * 1_000, read.quality.value.lower()
            same = read.settlement_version, read.read_at, energy, quality
            changed[key] = self._candidates.setdefault(key, {})
            changed[key].setdefault(same, (entry.source, offset))
            self.kept.add((key, same))
        for key, candidates in changed.items():
            best = max(candidates, key=lambda each: (*each[:2], candidates[each]))
            version, _, energy, quality = best
            value = Value(energy=energy, quality=quality, settlement_version=version)
            self._say(key, value, "settlement_version")

    def _forecast(self, entry: Kept, vintage: Vintage) -> None:
        issued_at = START + timedelta(hours=vintage.issued_at)
        for place, watts in enumerate(vintage.watts, vintage.place):
            start = START + place * QUARTER
            key = FORECAST_FORMAT[vintage.product], Channel.GROSS, start
            same = issued_at, watts, vintage.spread
            self.kept.add((key, same))
            if not self.gates.passed(vintage.product, issued_at, start):
                continue
            candidates = self._candidates.setdefault(key, {})
            candidates.setdefault(same, (entry.source, entry.offset))
            best = max(candidates, key=lambda each: (each[0], candidates[each]))
            self._say(key, forecast_value(*best), "vintage")

    def _edit(self, entry: Edited) -> None:
        if entry.key in self.rows and entry.key not in self.in_force:
            self._waiting[entry.key] = self.rows[entry.key].value
        self.in_force[entry.key] = entry
        self._write(entry.key, entry.value, "estimate" if entry.estimate else "edit", by_hand=True)

    def _withdraw(self, entry: Withdrawn) -> None:
        (key,) = [key for key, edit in self.in_force.items() if edit.edit_id == entry.edit_id]
        del self.in_force[key]
        self._write(key, self._waiting.pop(key, Value()), "withdrawn", by_hand=True)

    def _say(self, key: Key, value: Value, cause: str, final_at: datetime | None = None) -> None:
        """Take what a stream says of an interval."""
        edit, waits = self.in_force.get(key), self._waiting.get(key)
        if edit is None:
            self._write(key, value, cause, final_at)
        elif edit.estimate and value.energy not in (None, waits and waits.energy):
            del self.in_force[key]
            self._waiting.pop(key, None)
            self._write(key, value, "measured", by_hand=True)
        elif not value.is_nothing or waits is not None:
            self._waiting[key] = value

    def _write(
        self,
        key: Key,
        value: Value,
        cause: str,
        final_at: datetime | None = None,
        *,
        by_hand: bool = False,
    ) -> None:
        """Publish a value, unless it is published already, or is nothing and nothing was."""
        former = self.rows.get(key)
        if (former is None and value.is_nothing) or (former and former.value == value):
            return
        if not by_hand:
            cause = self._cause(key, value, cause)
        if key in self._open_until or former is None:
            self._open_until.pop(key, None)
            if final_at is not None:
                self._open_until[key] = final_at
        created_at = former.created_at if former else self._now
        self.rows[key] = Row(value, cause, created_at, self._now)

    def _cause(self, key: Key, value: Value, cause: str) -> str:
        if key not in self.rows:
            return "first"
        if key in self._open_until:
            return "samples"
        version = self.rows[key].value.settlement_version
        if cause == "settlement_version" and version == value.settlement_version:
            return "reread"
        return cause


def replayed(
    log: Iterable[tuple[datetime, object]], until: datetime, rule: Rule, gates: Gates
) -> Replay:
    """Apply the log's entries up to an instant."""
    replay = Replay(rule, gates)
    for recorded_at, entry in log:
        if recorded_at <= until:
            replay.apply(recorded_at, entry)
    return replay


def visible(
    samples: list[reference.Sample], rule: Rule, ended: datetime
) -> dict[int, reference.Value]:
    """Return the intervals with a sample, before one with a sample, or that start by `ended`."""
    length, hold = rule.length * 1_000_000, rule.hold * 1_000_000
    every = reference.values(samples, reference.Rule(length, 0, hold, rule.linear))
    ended_us = (ended - EPOCH) // timedelta(microseconds=1)
    last = max((start for start, value in every.items() if value.samples), default=ended_us)
    return {start: value for start, value in every.items() if start <= max(last, ended_us)}


def telemetry_value(value: reference.Value) -> Value:
    """Return the reference's value as it is published."""
    return Value(
        energy=value.energy,
        mean=value.mean,
        peak=value.peak,
        quality=value.quality,
        samples=value.samples,
        coverage_us=value.coverage_us,
        longest_gap_us=value.longest_gap_us,
    )


def forecast_value(issued_at: datetime, watts: int, spread: int | None) -> Value:
    """Return mean energies of a quarter of an hour."""
    return Value(
        energy=quarter_of(watts),
        mean=watts * 1_000,
        p10=None if spread is None else quarter_of(watts - spread),
        p90=None if spread is None else quarter_of(watts + spread),
        issued_at=issued_at,
        model="m",
    )


def quarter_of(watts: int) -> int:
    """Return the energy of a quarter of an hour, 10^-6 kWh."""
    return round(Fraction(watts * 1_000, 4))


def instant(microseconds: int) -> datetime:
    """Return microseconds since the epoch as an instant."""
    return EPOCH + timedelta(microseconds=microseconds)
