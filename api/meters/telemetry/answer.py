"""Raw samples as JSON text; pure. Generation stays positive here, as it was streamed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import orjson

from api.meters.telemetry.query import Telemetry
from api.web.amounts import decimal_texts
from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.telemetry.samples import POINT_QUALITIES, Samples
from gridfeed.domain.words import Channel

#: Samples are kept in 10^-9 kW, finer than what is published of intervals.
DECIMALS = 9


def telemetry(page: Telemetry, next_url: str | None) -> bytes:
    """Return the JSON text of the samples in [start, end), by time, then by channel.

    Of two samples of a channel with one time the one with the higher (source, offset) counts.
    """
    by_channel: dict[Channel, list[Samples]] = defaultdict(list)
    for channel, samples in page.blocks:
        by_channel[channel].append(samples)
    rows = sorted(
        row
        for channel, parts in by_channel.items()
        for row in _rows(channel, _counted(Samples.concatenate(parts), page))
    )
    document = {
        "meter_number": page.meter_number,
        "samples": [orjson.Fragment(text) for *_, text in rows],
        "next": next_url,
    }
    return orjson.dumps(document)


def _counted(samples: Samples, page: Telemetry) -> Samples:
    """Return the samples in [start, end) that count, by time."""
    start, end = microseconds(page.start), microseconds(page.end)
    samples = samples.take((samples.observed_at >= start) & (samples.observed_at < end))
    samples = samples.take(np.lexsort((samples.offset, samples.source, samples.observed_at)))
    last_of_its_time = np.append(samples.observed_at[1:] != samples.observed_at[:-1], True)
    return samples.take(last_of_its_time[: len(samples)])


def _rows(channel: Channel, samples: Samples) -> Iterator[tuple[int, str, str]]:
    times: Sequence[str] = np.datetime_as_string(
        samples.observed_at.view("datetime64[us]"), unit="us"
    ).tolist()
    powers = decimal_texts(samples.power.tolist(), DECIMALS)
    qualities = [POINT_QUALITIES[quality].value for quality in samples.quality.tolist()]
    columns = samples.observed_at.tolist(), times, powers, qualities
    for at, time, power, quality in zip(*columns, strict=True):
        text = (
            f'{{"observed_at":"{time}Z","power_kw":{power},'
            f'"quality":"{quality}","channel":"{channel.value}"}}'
        )
        yield at, channel.value, text
