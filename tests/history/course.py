"""One meter's history in a real database, by the code that the workers and `gridfeed edit` run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import numpy as np
from faust.types import TP

from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.declaration.catalogue import Meter
from gridfeed.domain.settlement.messages import Forecast, RevenueRead
from gridfeed.domain.telemetry.merge import Rows
from gridfeed.domain.telemetry.series import CHANNELS
from gridfeed.domain.words import Channel, PointQuality, ProductionFormat, ReadingQuality
from gridfeed.kafka.topics import Stream
from gridfeed.settings import Settings
from gridfeed.storage import edits
from gridfeed.storage.connect import Pool
from gridfeed.storage.source import open_source
from stream.fetched import Record
from stream.forecasts import ForecastsPartition
from stream.meters import Accepted, Meters
from stream.partition import Partition, Tools
from stream.reads import ReadsPartition
from stream.telemetry import TelemetryPartition
from tests import reference
from tests.domain.telemetry.series import columns_of
from tests.history import log as entries
from tests.history import replay, steps
from tests.history.steps import QUARTER, START

REASON = edits.EditReason("a test", "to see what happens")
RECORDED = "SELECT recorded_at FROM ingest_source WHERE source_id = $1"
SET_BACK = """
UPDATE ingest_source SET recorded_at = recorded_at + interval '10 minutes'
WHERE source_id = ANY ($1) AND recorded_at > '-infinity'
"""


class TelemetryOfATest(TelemetryPartition):
    """Publishes when it is told to; there is no log whose end it could be at."""

    def idle_tick(self) -> None:
        """Let the test move the clock."""

    def _is_at_end(self) -> bool:
        return False

    def acknowledge(self) -> None:
        """Do nothing: no consumer group is told."""

    @property
    def _letters_offset(self) -> int:
        return 0


Sent = tuple[Channel, reference.Sample]


@dataclass
class TelemetryLog:
    """A partition of samples, and its worker."""

    number: int
    partition: TelemetryPartition
    sent: list[Sent] = field(default_factory=list)
    unpublished: list[Sent] = field(default_factory=list)


@dataclass
class Course:
    """Takes steps; keeps the log of what was put in, each entry with its recorded_at.

    shared: NET comes from another partition than GROSS, and workers do not crash: one that starts
    again takes care of both channels, by its clock.
    """

    meter: Meter
    rule: steps.Rule
    gates: replay.Gates
    tools: Tools
    shared: bool
    log: list[tuple[datetime, object]] = field(default_factory=list)
    _telemetry: dict[int, TelemetryLog] = field(default_factory=dict)
    _settled: dict[tuple[Stream, int], Partition] = field(default_factory=dict)
    _edits: list[int] = field(default_factory=list)

    async def take(self, step: steps.Step) -> None:
        """Do it."""
        match step:
            case steps.Telemetry():
                await self._stream(step)
            case steps.Crash():
                await self._crash(step.channel)
            case steps.Reads():
                await self._settle(step)
            case steps.Vintage():
                await self._forecast(step)
            case steps.Edit():
                await self._edit(step)
            case steps.Withdraw():
                await self._withdraw(step)
            case steps.ClockSetBack():
                await self._set_back()

    async def _stream(self, step: steps.Telemetry) -> None:
        log = await self._telemetry_of(self._number(step.channel))
        assert log.partition.source is not None
        source_id = log.partition.source.source_id
        new = [
            (step.channel, sample_of(each, source_id, offset))
            for offset, each in enumerate(step.samples, len(log.sent))
        ]
        log.sent += new
        log.unpublished += new
        log.partition.clock += step.tick * 1_000_000
        await self._take_in(log, new)
        if step.publish:
            await log.partition.publish(checkpoint=step.checkpoint)
            entry = entries.Published(log.number, tuple(log.unpublished), log.partition.now())
            await self._note(log.partition, entry)
            log.unpublished.clear()

    async def _take_in(self, log: TelemetryLog, new: Sequence[Sent]) -> None:
        """Do what `handle` does with samples that are in order."""
        partition = log.partition
        if new:
            samples = columns_of([sample for _, sample in new])
            codes = np.array([CHANNELS.index(channel) for channel, _ in new], np.uint8)
            series = await partition._series(np.full(len(new), self.meter.meter_id), codes)
            await partition._load_around(series, samples.observed_at)
            partition.working_set.add(Rows(series, samples))
        partition.position = len(log.sent)

    async def _crash(self, channel: Channel) -> None:
        number = self._number(channel)
        if self.shared or number not in self._telemetry:
            return
        former = self._telemetry.pop(number)
        log = await self._telemetry_of(number)
        log.sent, log.unpublished = former.sent, former.unpublished
        log.partition.clock = former.partition.clock
        await self._take_in(log, log.sent[log.partition.position :])

    def _number(self, channel: Channel) -> int:
        return int(self.shared and channel is Channel.NET)

    async def _telemetry_of(self, number: int) -> TelemetryLog:
        if number not in self._telemetry:
            tp = self._tp("telemetry", number)
            partition = TelemetryOfATest(self.tools, tp, Stream.TELEMETRY, None)
            await self._open(partition)
            partition.position = partition.source.next_offset if partition.source else 0
            partition.clock = microseconds(START)
            await partition.load()
            self._telemetry[number] = TelemetryLog(number, partition)
        return self._telemetry[number]

    async def _settle(self, step: steps.Reads) -> None:
        partition = await self._settled_of(Stream.READS, ReadsPartition, step.partition)
        accepted = [
            Accepted(
                Record(*partition.tp, offset, None, None),
                RevenueRead(
                    self.meter.meter_number,
                    START + read.place * QUARTER,
                    int(QUARTER.total_seconds()),
                    read.watt_hours * 1_000,
                    Channel.NET,
                    read.quality,
                    read.settlement_version,
                    START + timedelta(hours=read.read_at),
                ),
                self.meter,
            )
            for offset, read in enumerate(step.reads, partition.position)
        ]
        await self._write(partition, accepted, step.reads)

    async def _forecast(self, step: steps.Vintage) -> None:
        partition = await self._settled_of(Stream.FORECASTS, ForecastsPartition, 0)
        power = tuple(watts / 1_000 for watts in step.watts)
        low = high = None
        if step.spread is not None:
            low, high = (
                tuple((watts + spread) / 1_000 for watts in step.watts)
                for spread in (-step.spread, step.spread)
            )
        forecast = Forecast(
            self.meter.meter_number,
            step.product,
            START + timedelta(hours=step.issued_at),
            START + step.place * QUARTER,
            int(QUARTER.total_seconds()),
            power,
            low,
            high,
            "m",
        )
        record = Record(*partition.tp, partition.position, None, None)
        await self._write(partition, [Accepted(record, forecast, self.meter)], step)

    async def _write(self, partition: Partition, accepted: list, what: object) -> None:
        """Write a batch that is in order, as `handle` does."""
        first, partition.position = partition.position, partition.position + len(accepted)
        assert partition.source is not None
        await partition._remember({self.meter.meter_id})
        await partition._write(accepted, partition.position, 0)
        partition.source.next_offset = partition.position
        await self._note(partition, entries.Kept(partition.source.source_id, first, what))

    async def _settled_of(self, stream: Stream, kind: type[Partition], number: int) -> Partition:
        if (stream, number) not in self._settled:
            partition = kind(self.tools, self._tp(stream, number), stream, None)
            await self._open(partition)
            await partition.load()
            self._settled[stream, number] = partition
        return self._settled[stream, number]

    async def _edit(self, step: steps.Edit) -> None:
        scada = step.production_format is ProductionFormat.SCADA
        seconds = self.rule.length if scada else int(QUARTER.total_seconds())
        channel = step.channel if scada else Channel.GROSS
        if step.production_format is ProductionFormat.SETTLEMENT:
            channel = Channel.NET
        start = START + step.place * timedelta(seconds=seconds)
        energy = None if step.watt_hours is None else step.watt_hours * 1_000
        quality = None if energy is None else ReadingQuality.ESTIMATED
        edited = edits.Edited(
            self.meter.meter_id, step.production_format, channel, start, seconds, energy, quality,
            "guess", {},
        )  # fmt: skip
        kind = edits.EditKind.ESTIMATE if step.estimate else edits.EditKind.EDIT
        async with self.tools.pool.acquire() as connection:
            done = await edits.apply_edit(connection, kind, REASON, [edited])
        mean = energy * 3600 // seconds if scada and energy is not None else None
        value = entries.Value(energy=energy, mean=mean, quality=quality)
        key = step.production_format, channel, start
        entry = entries.Edited(done.edit_id, key, value, step.estimate)
        self._edits.append(done.edit_id)
        self.log.append((done.recorded_at, entry))

    async def _withdraw(self, step: steps.Withdraw) -> None:
        if step.nth >= len(self._edits):
            return
        edit_id = self._edits[step.nth]
        async with self.tools.pool.acquire() as connection:
            try:
                done = await edits.withdraw_edit(connection, edit_id, REASON)
            except edits.NotWithdrawableError:
                return
        self.log.append((done.recorded_at, entries.Withdrawn(edit_id)))

    async def _set_back(self) -> None:
        partitions = [log.partition for log in self._telemetry.values()]
        sources = [each.source for each in (*partitions, *self._settled.values())]
        async with self.tools.pool.acquire() as connection:
            await connection.execute(SET_BACK, [each.source_id for each in sources if each])

    async def _open(self, partition: Partition) -> None:
        """Take the partition over, as `open` does where nobody sent dead letters."""
        async with self.tools.pool.acquire() as connection:
            partition.source = await open_source(connection, partition.stream, partition.tp)

    async def _note(self, partition: Partition, entry: object) -> None:
        assert partition.source is not None
        async with self.tools.pool.acquire() as connection:
            recorded_at = await connection.fetchval(RECORDED, partition.source.source_id)
        self.log.append((recorded_at, entry))

    def _tp(self, *names: object) -> TP:
        return TP("/".join(map(str, (*names, self.meter.meter_number))), 0)


def sample_of(told: tuple[int, int, PointQuality], source_id: int, offset: int) -> reference.Sample:
    """Return a sample (second, watt, quality) as the wire has it."""
    second, watts, quality = told
    at = microseconds(START) + second * 1_000_000
    return reference.Sample(at, watts * 1_000_000, quality, source_id, offset)


def tools_of(settings: Settings, pool: Pool, meters: Meters) -> Tools:
    """Return what partitions need that talk to no broker."""
    nobody = cast("None", None)
    return Tools(settings, pool, nobody, nobody, meters, nobody, nobody)  # type: ignore[arg-type]
