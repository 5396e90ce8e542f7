"""Raw samples as an answer; pure. Generation stays positive here, as it was streamed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Annotated

import numpy as np
from msgspec import Raw

from api.meters.telemetry.query import Telemetry
from api.web.amounts import decimal_texts
from api.web.shapes import Number, Shape, TimeText, means
from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.telemetry.samples import POINT_QUALITIES, Samples
from gridfeed.domain.words import Channel

#: Samples are stored in 10^-9 kW, finer than published interval values.
DECIMALS = 9


class Sample(Shape):
    """A raw sample."""

    observed_at: Annotated[TimeText, means("to the microsecond")]
    power_kw: Annotated[Number, means("generation positive, station load negative, to 10^-9 kW")]
    quality: Annotated[str, means("GOOD, UNCERTAIN, BAD or SUBSTITUTED")]
    channel: Annotated[str, means("GROSS, STATION_LOAD or NET")]


class SamplePage(Shape):
    """Samples of one meter."""

    meter_number: Annotated[str, means("as asked for")]
    samples: Annotated[list[Sample], means("by time")]
    next: Annotated[str | None, means("URL of the samples that follow, null when there are none")]


EXAMPLE = SamplePage(
    meter_number="serf-east-1",
    samples=[
        Sample(
            observed_at="2026-03-01T07:00:00.000000Z",
            power_kw=Raw(b"4.25"),
            quality="GOOD",
            channel="GROSS",
        )
    ],
    next=None,
)


def telemetry(page: Telemetry, next_url: str | None) -> SamplePage:
    """Return the samples in [start, end), by time, then by channel.

    If a channel has several samples at one time, the one with the highest (source, offset) counts.
    """
    by_channel: dict[Channel, list[Samples]] = defaultdict(list)
    for channel, samples in page.blocks:
        by_channel[channel].append(samples)
    found = [
        sample
        for channel, parts in by_channel.items()
        for sample in _samples(channel, _counted(Samples.concatenate(parts), page))
    ]
    found.sort(key=attrgetter("observed_at", "channel"))
    return SamplePage(meter_number=page.meter_number, samples=found, next=next_url)


def _counted(samples: Samples, page: Telemetry) -> Samples:
    """Return the samples in [start, end) that count, by time."""
    start, end = microseconds(page.start), microseconds(page.end)
    samples = samples.take((samples.observed_at >= start) & (samples.observed_at < end))
    samples = samples.take(np.lexsort((samples.offset, samples.source, samples.observed_at)))
    last_of_its_time = np.append(samples.observed_at[1:] != samples.observed_at[:-1], True)
    return samples.take(last_of_its_time[: len(samples)])


def _samples(channel: Channel, samples: Samples) -> Iterator[Sample]:
    times: Sequence[str] = np.datetime_as_string(
        samples.observed_at.view("datetime64[us]"), unit="us"
    ).tolist()
    powers = decimal_texts(samples.power.tolist(), DECIMALS)
    qualities = [POINT_QUALITIES[quality].value for quality in samples.quality.tolist()]
    for time, power, quality in zip(times, powers, qualities, strict=True):
        yield Sample(
            observed_at=f"{time}Z",
            power_kw=Raw(power.encode()),
            quality=quality,
            channel=channel.value,
        )
