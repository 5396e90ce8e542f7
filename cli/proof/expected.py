"""The values that the ledger demands: the samples and the intervals of every meter; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from cli.proof.ledger import Ledger, LedgerMeter
from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.telemetry.plain import (
    PlainSample,
    PlainValue,
    Rule,
    reached,
    value_of,
    winners,
)
from gridfeed.domain.telemetry.samples import quantise_one
from gridfeed.domain.words import Channel, Integration, PointQuality


@dataclass(frozen=True, slots=True)
class ExpectedSeries:
    """One meter's channel: its samples in order of time, and the value of each interval, by start.

    Times are microseconds since the epoch.
    """

    meter_number: str
    channel: Channel
    rule: Rule
    samples: list[PlainSample]
    intervals: dict[int, PlainValue]

    @property
    def key(self) -> tuple[str, Channel]:
        """Return the key of the series: meter number and channel."""
        return self.meter_number, self.channel

    @property
    def window(self) -> tuple[int, int]:
        """Return the start of the first interval and the end of the last."""
        return min(self.intervals), max(self.intervals) + self.rule.length


def rule_of(meter: LedgerMeter) -> Rule:
    """Return the meter's rule, with times in microseconds."""
    return Rule(
        meter.interval_seconds * SECOND_US,
        meter.interval_anchor_seconds * SECOND_US,
        meter.hold_limit_seconds * SECOND_US,
        meter.integration is Integration.LINEAR,
    )


def expected_series(ledger: Ledger) -> Iterator[ExpectedSeries]:
    """Yield each meter's channels with the values that must be published."""
    rules = {meter.meter_number: rule_of(meter) for meter in ledger.header.meters}
    columns = ("observed_at", "power_kw", "quality", "offset")
    series = ledger.good.group_by(["meter_number", "channel"]).aggregate(
        [(column, "list") for column in columns]
    )
    for row in range(len(series)):
        (each,) = series.slice(row, 1).to_pylist()
        rule = rules[each["meter_number"]]
        rows = zip(*(each[f"{column}_list"] for column in columns), strict=True)
        samples = winners([_sample(*row) for row in rows])
        intervals = {start: value_of(samples, rule, start) for start in reached(samples, rule)}
        yield ExpectedSeries(
            each["meter_number"], Channel(each["channel"]), rule, samples, intervals
        )


def _sample(observed_at: int, power_kw: float, quality: str, offset: int) -> PlainSample:
    return PlainSample(observed_at, quantise_one(power_kw), PointQuality(quality), offset=offset)
