"""Local times without an offset, as loggers write them, and the choice between two equal hours."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cli.fault import Fault
from gridfeed.domain.calendar.instants import MICROSECOND


@dataclass(frozen=True, slots=True)
class _Hour:
    """A span of local time, [start, end), that comes twice. first: the start of its first pass."""

    start: datetime
    end: datetime
    first: datetime

    def instant(self, local: datetime, again: int) -> datetime:
        """Return the instant of a time in the first pass (0) or the second (1)."""
        return self.first + (local - self.start) + again * (self.end - self.start)


@dataclass(slots=True)
class _Repeated:
    """The rows of one series within a repeated hour, in the order of the file.

    before: the local time of the series' previous row. broken: a row of another time came between.
    """

    hour: _Hour
    before: datetime | None
    broken: bool = False
    lines: list[int] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)


class LocalTimes:
    """Turns local times of a zone into instants.

    When clocks are set back, an hour comes twice. Only the order of the rows shows which pass is
    meant: the times of one series rise, step back once, and rise again. This is known only after
    all rows were seen, so a file is read twice: `instant` for each row, then `settle`, then
    `instant` for each row again.

    Times that end intervals include the end of that hour. There are two customs: the last interval
    of the first pass ends at the time that clocks show then (02:00), or at the time that they would
    have shown (03:00). The order of the rows shows the custom, too.
    """

    def __init__(self, zone: ZoneInfo, *, ending: bool = False) -> None:
        """Start with no rows seen. ending: times are ends of intervals."""
        self._zone = zone
        self._ending = ending
        self._latest: dict[Hashable, datetime] = {}
        self._repeated: dict[tuple[Hashable, datetime], _Repeated] = {}
        self._again: dict[int, int] = {}

    def instant(self, local: datetime, line: int, series: Hashable) -> datetime:
        """Return the instant in UTC. In a repeated hour it is in the first pass until `settle`.

        local: naive. series: names rows that follow each other in time. Raises ValueError for a
        time that the clocks skipped.
        """
        hour = self._hour(local)
        latest = self._latest.get(series)
        self._latest[series] = local
        if hour is None:
            return self._once(local)
        group = self._repeated.setdefault((series, hour.start), _Repeated(hour, latest))
        group.broken |= bool(group.times) and group.times[-1] != latest
        group.lines.append(line)
        group.times.append(local)
        return hour.instant(local, self._again.get(line, 0))

    def settle(self) -> Iterator[tuple[Fault, list[int]]]:
        """Decide the repeated hours; yield a fault and its lines for each undecidable hour."""
        for group in self._repeated.values():
            again = _second_pass(group)
            if again is None:
                yield self._fault(group), group.lines
            else:
                self._again |= dict.fromkeys(group.lines[again:], 1)
        self._repeated.clear()
        self._latest.clear()

    def _hour(self, local: datetime) -> _Hour | None:
        found = _repeated_hour(self._zone, local)
        if found is None and self._ending:
            found = _repeated_hour(self._zone, local - MICROSECOND)
        return found

    def _once(self, local: datetime) -> datetime:
        try:
            return _passes(self._zone, local)[0]
        except ValueError:
            if not self._ending:
                raise
        # An interval may end just when clocks are set forward; its time is that of the old offset.
        try:
            return _passes(self._zone, local - MICROSECOND)[0] + MICROSECOND
        except ValueError:
            raise _skipped(self._zone, local) from None

    def _fault(self, group: _Repeated) -> Fault:
        at = group.times[0]
        first, second = (
            group.hour.instant(at, again).astimezone(self._zone).isoformat() for again in (0, 1)
        )
        return Fault(
            group.lines[0],
            f"{at} comes twice in {self._zone.key}, and the order of lines {group.lines[0]} to"
            f" {group.lines[-1]} does not say which pass is meant; write {first} or {second}",
        )


def only_instant(zone: ZoneInfo, local: datetime) -> datetime:
    """Return the instant of a local time, in UTC.

    Raises ValueError for a time that the clocks skipped, and for a time that comes twice.
    """
    first, second = _passes(zone, local)
    if first != second:
        raise ValueError(f"{local} comes twice in {zone.key}; write its offset")
    return first


def _written(zone: ZoneInfo, local: datetime) -> tuple[datetime, datetime]:
    first = local.replace(tzinfo=zone, fold=0)
    return first, first.replace(fold=1)


def _passes(zone: ZoneInfo, local: datetime) -> tuple[datetime, datetime]:
    """Return the instants of both folds. They are equal unless the hour comes twice."""
    first, second = (at.astimezone(UTC) for at in _written(zone, local))
    if first.astimezone(zone).replace(tzinfo=None) != local:
        raise _skipped(zone, local)
    return first, second


def _skipped(zone: ZoneInfo, local: datetime) -> ValueError:
    return ValueError(f"{local} does not exist: clocks in {zone.key} skipped it")


def _repeated_hour(zone: ZoneInfo, local: datetime) -> _Hour | None:
    """Return the repeated hour that contains the local time; None if there is none."""
    first, second = (at.astimezone(UTC) for at in _written(zone, local))
    if second <= first:  # the time comes once, or clocks skip it
        return None
    # Clocks are set back between the two instants: find the second at which they are.
    early, late = first, second
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle <= early:
            break
        if _offset(zone, middle) == _offset(zone, first):
            early = middle
        else:
            late = middle
    change = late.replace(microsecond=0)
    start = (change + _offset(zone, second)).replace(tzinfo=None)
    end = (change + _offset(zone, first)).replace(tzinfo=None)
    return _Hour(start, end, change - (end - start))


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _second_pass(group: _Repeated) -> int | None:
    """Return the index at which the times step back; None unless they step back exactly once."""
    times, hour = group.times, group.hour
    backs = [at for at in range(1, len(times)) if times[at] <= times[at - 1]]
    rising = group.before is None or group.before < times[0]
    if group.broken or len(backs) != 1 or not rising:
        return None
    before, after = times[backs[0] - 1], times[backs[0]]
    # Equal times are accepted only for hourly rows, with or without the end of the hour.
    if before == after and times not in (
        [before] * 2,
        [hour.start] * 2 + [hour.end],
        [hour.start] + [hour.end] * 2,
    ):
        return None
    # The end of the first pass is written in both customs, which is contradictory.
    if (before, after) == (hour.end, hour.start):
        return None
    return backs[0]
