"""The times at which a partition's series may lack samples because messages were lost."""

from dataclasses import replace

import numpy as np

from gridfeed.domain.calendar.instants import instant, microseconds
from gridfeed.domain.telemetry.lost import DISORDER, LostSeries, touched
from gridfeed.domain.telemetry.series import CHANNELS
from gridfeed.domain.telemetry.working_set import WorkingSet
from gridfeed.domain.words import ReadingQuality
from gridfeed.storage.connect import Connection, Pool
from gridfeed.storage.lost import end_lost_series, lost_times, open_lost_series
from gridfeed.storage.values import ValueColumns
from stream.meters import AcceptedSamples
from stream.patience import patiently


class LostTimes:
    """The series of a partition that wait for their first sample after a loss."""

    def __init__(self, pool: Pool, source_id: int) -> None:
        """Start without series; `load` reads them."""
        self._pool, self._source_id = pool, source_id
        self._open: list[LostSeries] = []

    async def load(self, into: WorkingSet) -> None:
        """Load the waiting series, and publish again every interval that may lack samples."""
        async with self._pool.acquire() as connection:
            self._open = await open_lost_series(connection, self._source_id)
        for each in self._open:
            since = microseconds(each.starts_at - DISORDER)
            into.doubt(each.meter_id, CHANNELS.index(each.channel), since)

    async def end(self, accepted: AcceptedSamples) -> None:
        """Note the first sample of each series that is later than the start of its doubt."""
        if not self._open:
            return
        ended, waiting = [], []
        for each in self._open:
            code = CHANNELS.index(each.channel)
            mine = (accepted.meter_id == each.meter_id) & (accepted.channel == code)
            observed_at = accepted.samples.observed_at[mine]
            later = np.flatnonzero(observed_at > microseconds(each.starts_at))
            if len(later):
                ended.append(replace(each, ends_at=instant(int(observed_at[later[0]]))))
            else:
                waiting.append(each)
        if not ended:
            return

        async def note() -> None:
            async with self._pool.acquire() as connection:
                await end_lost_series(connection, self._source_id, ended)

        await patiently(note)
        self._open = waiting


async def mark(connection: Connection, values: ValueColumns) -> None:
    """Replace quality `calculated` by `estimated` in values that may lack samples."""
    if not values.meter_id:
        return
    meter_ids = sorted(set(values.meter_id))
    lost = await lost_times(connection, meter_ids, min(values.interval_start))
    if not lost:
        return
    columns = values.meter_id, values.channel, values.interval_start, values.interval_seconds
    quality = list(values.quality)
    for position in touched(lost, list(zip(*columns, strict=True))):
        if quality[position] == ReadingQuality.CALCULATED:
            quality[position] = ReadingQuality.ESTIMATED
    values.quality = quality
