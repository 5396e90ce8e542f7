"""Which intervals samples may be missing in after messages were lost. Pure: no I/O, no clock.

Nobody knows what a lost message said. A producer sends a series in the order of its samples, so
they are taken to be of the time between the newest sample before the loss and the first one behind
it. Late samples, of a time long before, may have been lost too; of these nothing can be said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Samples of a series come so much out of order.
DISORDER = timedelta(minutes=1)
#: A series that brought nothing for longer than this before the loss went on meanwhile.
QUIET = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LostSeries:
    """The time of a series that lost samples may be of; ends_at None: no later one came yet."""

    meter_id: int
    channel: str
    starts_at: datetime
    ends_at: datetime | None = None

    def touches(self, start: datetime, end: datetime) -> bool:
        """Tell whether samples of the interval [start, end) may be among those that were lost."""
        begun = end > self.starts_at - DISORDER
        return begun and (self.ends_at is None or start < self.ends_at + DISORDER)


def may_lack_from(
    observed_at: datetime, stored_at: datetime, after_at: datetime | None
) -> datetime:
    """Return from when on samples of a series may be lost.

    observed_at: of the newest that is there; stored_at: when it was. after_at: when the broker
    appended the last message before the loss; None: not known. Lost samples are as late as the
    newest ones, or less: of a series that fell silent a month ago none is of that month.
    """
    if after_at is None:
        return observed_at
    return observed_at + max(after_at - stored_at - QUIET, timedelta(0))


def touched(
    lost: Iterable[LostSeries],
    intervals: Sequence[tuple[int, str, datetime, int]],
) -> list[int]:
    """Return the positions of the intervals that lost samples may be of.

    intervals: meter_id, channel, start and seconds of each.
    """
    by_series: dict[tuple[int, str], list[LostSeries]] = {}
    for each in lost:
        by_series.setdefault((each.meter_id, each.channel), []).append(each)
    return [
        position
        for position, (meter_id, channel, start, seconds) in enumerate(intervals)
        if any(
            each.touches(start, start + timedelta(seconds=seconds))
            for each in by_series.get((meter_id, channel), ())
        )
    ]
