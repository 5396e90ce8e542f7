"""Finds the intervals that may lack samples after messages were lost. Pure: no I/O, no clock.

The content of a lost message is unknown. A producer sends a series in the order of its samples, so
the lost samples are assumed to lie between the newest sample before the loss and the first one
after it. Late samples of a much earlier time may have been lost, too; they cannot be traced.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: The most by which samples of a series arrive out of order.
DISORDER = timedelta(minutes=1)
#: A series that was silent for longer than this before the loss may have gone on during it.
QUIET = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LostSeries:
    """The time in which a series may lack samples; ends_at None: no later sample has come yet."""

    meter_id: int
    channel: str
    starts_at: datetime
    ends_at: datetime | None = None

    def touches(self, start: datetime, end: datetime) -> bool:
        """Tell whether the interval [start, end) may lack samples."""
        begun = end > self.starts_at - DISORDER
        return begun and (self.ends_at is None or start < self.ends_at + DISORDER)


def may_lack_from(
    observed_at: datetime, stored_at: datetime, after_at: datetime | None
) -> datetime:
    """Return since when a series may lack samples.

    observed_at: time of its newest sample; stored_at: when that was stored. after_at: when the
    broker appended the last message before the loss; None: unknown. A lost sample is assumed to
    have come no later after its time than the newest stored one did: a series that has been silent
    for a month has lost no samples of that month.
    """
    if after_at is None:
        return observed_at
    return observed_at + max(after_at - stored_at - QUIET, timedelta(0))


def touched(
    lost: Iterable[LostSeries],
    intervals: Sequence[tuple[int, str, datetime, int]],
) -> list[int]:
    """Return the positions of the intervals that may lack samples.

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
