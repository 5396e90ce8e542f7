"""The partitions of one worker: opened, fed, published on time, given up."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping

import structlog
from aiokafka.errors import KafkaConnectionError
from faust.types import TP, EventT

from gridfeed.storage.source import FencedError
from gridfeed.wire.diagnosis import diagnosed
from gridfeed.wire.topics import Stream, input_topics
from gridfeed.wire.trouble import BrokerRefusesError
from stream.batch_transport import HEARD_SECONDS
from stream.forecasts import ForecastsPartition
from stream.observe import FENCED, LAG, LOOP_LAG
from stream.partition import LogRestartedError, Partition, Tools
from stream.patience import waiting_for
from stream.reads import ReadsPartition
from stream.registers import RegistersPartition
from stream.telemetry import TelemetryPartition

log = structlog.get_logger()

KINDS: Mapping[Stream, type[Partition]] = {
    Stream.TELEMETRY: TelemetryPartition,
    Stream.READS: ReadsPartition,
    Stream.FORECASTS: ForecastsPartition,
    Stream.REGISTERS: RegistersPartition,
}

#: After a refused write a partition that is still assigned is taken over again.
REOPEN_SECONDS = 10.0
#: More messages than this in the logs, and reading them goes before telling of them.
LARGE_BACKLOG = 20_000
#: Well below the minute that a rebalance waits for a member.
GIVING_UP_SECONDS = 15.0
_SILENT = f"broker: silent for {HEARD_SECONDS:.0f} s; check GRIDFEED_KAFKA_BOOTSTRAP"


class Ingestion:
    """Owns the partitions; each has locks of its own, so one that waits holds up no other."""

    def __init__(self, tools: Tools) -> None:
        """Own nothing until Kafka assigns partitions."""
        self._tools = tools
        self._inputs = input_topics(tools.settings)
        self._partitions: dict[TP, Partition] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._publishing: set[asyncio.Task[None]] = set()
        self._joined = False
        self._refusal: str | None = None

    def assigned(self, tps: Iterable[TP]) -> None:
        """Take partitions over; opening waits for the database without holding up the group."""
        mine, self._joined = set(tps), True
        self._partitions = {tp: each for tp, each in self._partitions.items() if tp in mine}
        for tp in mine:
            if tp.topic not in self._inputs:
                continue
            stream, tenant = self._inputs[tp.topic]
            partition = KINDS[stream](self._tools, tp, stream, tenant)
            self._partitions[tp] = partition
            self._open(partition)

    async def revoked(self, tps: Iterable[TP]) -> None:
        """Write everything that is in memory, then forget the partitions.

        What cannot be written in time is read again by the next owner.
        """
        given_up = [self._partitions.pop(tp) for tp in list(tps) if tp in self._partitions]
        writing = asyncio.gather(*(self._publish(each, checkpoint=True) for each in given_up))
        try:
            await asyncio.wait_for(writing, GIVING_UP_SECONDS)
        except TimeoutError:
            log.warning("partitions were given up without a checkpoint", partitions=len(given_up))

    async def close(self) -> None:
        """Write everything that is in memory and own nothing any more."""
        for task in self._opening:
            task.cancel()
        await self.revoked(list(self._partitions))
        for task in self._publishing:  # what could not be written in time
            task.cancel()

    async def receive(self, tp: TP, event: EventT) -> None:
        """Hand a batch to its partition; one that is no longer ours is dropped unacknowledged."""
        partition = self._partitions.get(tp)
        if partition is None:
            return
        try:
            await partition.receive(event)
            if partition.is_urgent():
                await self._publish_soon(partition)
        except FencedError as error:
            await self._fenced(partition, error)
        except LogRestartedError as error:
            log.warning(
                "the log restarted; opening the partition anew",
                topic=tp.topic,
                partition=tp.partition,
                cause=str(error),
            )
            await partition.close()
            self._open(partition)
        except Exception as error:
            # Faust would restart the agent without the batch; a worker that starts anew reads it.
            self._tools.crash(error)
            raise
        # Batches may lie ready for seconds: everything else gets its turn after each.
        await asyncio.sleep(0)

    async def publish_for_ever(self) -> None:
        """Publish every partition each `publish_seconds` until cancelled.

        What is being written then is written to its end; `close` waits for it.
        """
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + self._tools.settings.publish_seconds, loop.time())
            await asyncio.sleep(due - loop.time())
            LOOP_LAG.observe(max(0.0, loop.time() - due))
            await self._tools.meters.refresh()
            publishing = [
                self._start(self._publish(each, checkpoint=False), self._publishing)
                for each in self._partitions.values()
            ]
            if publishing:
                await asyncio.wait(publishing)

    def is_behind(self) -> bool:
        """Tell whether there is much in the logs that was not handled yet."""
        consumer = self._tools.consumer()
        ends = ((each, consumer.known_end(tp)) for tp, each in self._partitions.items())
        return sum(max(0, (end or 0) - each.position) for each, end in ends) > LARGE_BACKLOG

    def missing(self) -> list[str]:
        """Return what keeps the worker from working, a sentence each; empty when it works."""
        opened = self._opened()
        missing = waiting_for()
        if self._is_silent(opened):
            missing.append(self._refusal or _SILENT)
        if waiting := len(self._partitions) - len(opened):
            missing.append(f"{waiting} partitions are not opened yet")
        if not self._joined:
            missing.append("the consumer group has not assigned partitions yet")
        return missing

    async def ask_why_silent_for_ever(self) -> None:
        """Find out why the broker says nothing, whenever it does not, until cancelled."""
        while True:
            await asyncio.sleep(HEARD_SECONDS)
            self._refusal = None
            if self._is_silent(self._opened()):
                error = await diagnosed(self._tools.settings, KafkaConnectionError())
                if isinstance(error, BrokerRefusesError):
                    self._refusal = str(error)
                log.warning("the broker is silent", cause=self._refusal or _SILENT)

    def _opened(self) -> list[TP]:
        return [tp for tp, each in self._partitions.items() if each.source is not None]

    def _is_silent(self, opened: list[TP]) -> bool:
        heard = self._tools.consumer().has_heard_of
        return bool(opened) and not any(heard(tp) for tp in opened)

    async def _publish_soon(self, partition: Partition) -> None:
        """Publish in the background, once what is being written is: memory is bounded."""
        async with partition.publishing:
            pass
        self._start(self._publish(partition, checkpoint=False), self._publishing)

    async def _publish(self, partition: Partition, *, checkpoint: bool) -> None:
        async with partition.publishing:
            try:
                await partition.publish(checkpoint=checkpoint)
            except FencedError as error:
                await self._fenced(partition, error)
        end = self._tools.consumer().known_end(partition.tp)
        if end is not None:
            LAG.labels(*partition.tp).set(max(0, end - partition.position))

    def _open(self, partition: Partition, *, after: float = 0.0) -> None:
        async def work() -> None:
            await asyncio.sleep(after)
            if self._partitions.get(partition.tp) is partition:
                await partition.open()

        self._start(work(), self._opening)

    def _start(
        self, work: Coroutine[None, None, None], tasks: set[asyncio.Task[None]]
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._tools.crash(error)

    async def _fenced(self, partition: Partition, error: FencedError) -> None:
        FENCED.inc()
        log.warning(
            "another worker owns the partition; nothing was written",
            topic=partition.tp.topic,
            partition=partition.tp.partition,
            cause=str(error),
        )
        await partition.close()
        if self._partitions.get(partition.tp) is partition:
            self._open(partition, after=REOPEN_SECONDS)
