"""Updates of an interval that is still open, as one; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from gridfeed.domain.words import ChangeCause, ChangeKind
from gridfeed.storage.feed import FeedChange

Series: TypeAlias = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """`count` changes that the last of them stands for; mostly one.

    delta_microkwh: of all together; None when one of them has none.
    """

    first: FeedChange
    last: FeedChange
    count: int
    delta_microkwh: int | None


class Runs:
    """Changes in feed order, with runs of updates of one open interval as one, where the last was.

    Between the changes of a run there is none of another kind of the same series, so nothing is
    moved past a creation, a correction or a finalisation.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[int, Run] = {}
        self._open: dict[tuple[object, ...], int] = {}
        self._barrier: dict[Series, int] = {}
        self._added = 0

    def __len__(self) -> int:
        """Return how many are left."""
        return len(self._kept)

    def __iter__(self) -> Iterator[Run]:
        """Yield them in order of their last changes."""
        return iter(self._kept.values())

    def with_more(self, changes: Iterable[FeedChange]) -> "Runs":
        """Return these and what follows; these stay as they are."""
        more = Runs()
        more._kept, more._open = dict(self._kept), dict(self._open)
        more._barrier, more._added = dict(self._barrier), self._added
        for change in changes:
            more._add(change)
        return more

    def _add(self, change: FeedChange) -> None:
        self._added += 1
        series = (change.meter_id, change.production_format, change.channel)
        run = Run(change, change, 1, change.delta_microkwh)
        if not coalescable(change):
            self._barrier[series] = self._added
        else:
            interval = change.interval_from, change.interval_to, change.interval_seconds
            former = self._open.get((*series, *interval), -1)
            if former > self._barrier.get(series, -1):
                run = _joined(self._kept.pop(former), change)
            self._open[(*series, *interval)] = self._added
        self._kept[self._added] = run


def coalescable(change: FeedChange) -> bool:
    """Tell whether it updates an interval that was still open: a later such update says it all."""
    return change.kind == ChangeKind.UPDATED and change.cause == ChangeCause.SAMPLES


def _joined(run: Run, change: FeedChange) -> Run:
    both = run.delta_microkwh, change.delta_microkwh
    delta = None if None in both else sum(each or 0 for each in both)
    return replace(run, last=change, count=run.count + 1, delta_microkwh=delta)
