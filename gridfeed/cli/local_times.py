"""Local times without an offset, as loggers write them: which of two equal hours is meant."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from gridfeed.cli.fault import Fault


@dataclass(slots=True)
class _Repeated:
    """Rows of one series within the hour that one day has twice, in the order of the file.

    before: the local time of the row ahead of them.
    """

    before: datetime | None
    lines: list[int] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)


class LocalTimes:
    """Turns local times of a zone into instants.

    Where clocks are set back an hour comes twice, and only the order of the rows tells which is
    meant: rows of one series go up, step back once, and go up again. That is known when all rows
    were seen, so a file is read twice: `instant` of every row, then `settle`, then again.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        """Start with no rows seen."""
        self._zone = zone
        self._latest: dict[Hashable, datetime] = {}
        self._repeated: dict[tuple[Hashable, date], _Repeated] = {}
        self._folds: dict[int, int] = {}

    def instant(self, local: datetime, line: int, series: Hashable) -> datetime:
        """Return the instant in UTC; of a repeated hour the first, until it is settled.

        local: naive. series: rows that follow each other in time. Raises ValueError for a time
        that the clocks skipped.
        """
        first, second = _passes(self._zone, local)
        if first != second:
            place = series, local.date()
            group = self._repeated.setdefault(place, _Repeated(self._latest.get(series)))
            group.lines.append(line)
            group.times.append(local)
        self._latest[series] = local
        return second if self._folds.get(line) else first

    def settle(self) -> Iterator[tuple[Fault, list[int]]]:
        """Decide the repeated hours; yield a fault, and the lines it hits, where order cannot."""
        for group in self._repeated.values():
            again = _second_pass(group)
            if again is None:
                yield self._fault(group), group.lines
            else:
                self._folds |= dict.fromkeys(group.lines[again:], 1)
        self._repeated.clear()

    def _fault(self, group: _Repeated) -> Fault:
        at = group.times[0]
        first, second = (each.isoformat() for each in _written(self._zone, at))
        return Fault(
            group.lines[0],
            f"{at} comes twice in {self._zone.key} and the order of the rows does not tell which"
            f" is meant (lines {group.lines[0]} to {group.lines[-1]}); write {first} or {second}",
        )


def only_instant(zone: ZoneInfo, local: datetime) -> datetime:
    """Return the instant of a local time, in UTC.

    Raises ValueError for one that the clocks skipped, and for one that comes twice.
    """
    first, second = _passes(zone, local)
    if first != second:
        raise ValueError(f"{local} comes twice in {zone.key}; write its offset")
    return first


def _written(zone: ZoneInfo, local: datetime) -> tuple[datetime, datetime]:
    first = local.replace(tzinfo=zone, fold=0)
    return first, first.replace(fold=1)


def _passes(zone: ZoneInfo, local: datetime) -> tuple[datetime, datetime]:
    """Return the instants of both folds, which are one unless the hour comes twice."""
    first, second = (at.astimezone(UTC) for at in _written(zone, local))
    if first.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(f"{local} does not exist: clocks in {zone.key} skipped it")
    return first, second


def _second_pass(group: _Repeated) -> int | None:
    """Return where the rows step back, if they do so once and only then."""
    times = group.times
    backs = [at for at in range(1, len(times)) if times[at] <= times[at - 1]]
    rising = group.before is None or group.before < times[0]
    if len(backs) != 1 or not rising:
        return None
    # Two equal times alone are the two passes of hourly rows; among more rows, a row doubled.
    if times[backs[0]] == times[backs[0] - 1] and len(times) > 2:
        return None
    return backs[0]
