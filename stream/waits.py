"""What this process waits for now: which partition, for which service, since when."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from faust.types import TP

from gridfeed import clock
from stream.observe import WAITING

#: A request that takes longer than this without an error is reported as a wait.
SILENT_SECONDS = 15.0
#: Partitions that are named if several wait for the same cause; the others are counted.
NAMED = 5

#: The partition that the running task works for.
worked_for: ContextVar[TP | None] = ContextVar("worked_for", default=None)


@dataclass(slots=True, eq=False)
class Wait:
    """A request that has no answer yet.

    tp: the waiting partition; None: the whole worker. asked: the service that has to answer. cause:
    the latest error; None: no error, but no answer either.
    """

    tp: TP | None
    asked: str
    since: datetime
    cause: str | None = None

    @property
    def work(self) -> str:
        """Return what waits, in words."""
        return "the worker" if self.tp is None else f"{self.tp.topic}[{self.tp.partition}]"


_waits: set[Wait] = set()


@contextmanager
def waiting(asked: str) -> Iterator[Wait]:
    """Report that the running task waits for an answer, until the block ends."""
    wait = Wait(worked_for.get(), asked, clock.now())
    _waits.add(wait)
    try:
        yield wait
    finally:
        _waits.discard(wait)


def current_waits(now: datetime) -> list[Wait]:
    """Return failed requests that are tried again and requests long silent; oldest first."""
    told = [
        wait
        for wait in _waits
        if wait.cause is not None or (now - wait.since).total_seconds() > SILENT_SECONDS
    ]
    return sorted(told, key=lambda wait: wait.since)


def waiting_for(now: datetime) -> list[str]:
    """Return what the process waits for now, one sentence for each cause."""
    causes = sorted(current_waits(now), key=_cause)
    return [_sentence(cause, list(waits)) for cause, waits in groupby(causes, _cause)]


def measure_waits(now: datetime) -> None:
    """Set the gauge of the waits."""
    WAITING.clear()
    for wait in reversed(current_waits(now)):  # if partition and cause are equal, the oldest counts
        topic, partition = ("", "") if wait.tp is None else (wait.tp.topic, str(wait.tp.partition))
        seconds = (now - wait.since).total_seconds()
        WAITING.labels(topic, partition, wait.asked).set(seconds)


def _cause(wait: Wait) -> str:
    return wait.cause or f"{wait.asked}: no answer"


def _sentence(cause: str, waits: list[Wait]) -> str:
    names = list(dict.fromkeys(wait.work for wait in waits))
    others = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    since = min(wait.since for wait in waits)
    waits_for = f"{', '.join(names[:NAMED])}{others} since {since:%Y-%m-%dT%H:%M:%SZ}"
    return f"{cause}; waiting: {waits_for}"
