"""The partitions of one worker: opens, feeds and gives them up; tells what each waits for."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping

import structlog
from aiokafka.errors import KafkaConnectionError, KafkaError
from faust.types import TP, EventT

from gridfeed import clock
from gridfeed.kafka.diagnosis import diagnosed
from gridfeed.kafka.topics import Stream, input_topics
from gridfeed.kafka.trouble import BrokerRefusesError
from stream.batch_transport import HEARD_SECONDS
from stream.forecasts import ForecastsPartition
from stream.observe import CLOCK_DRIFT, LAG, LOOP_LAG
from stream.partition import Partition, Tools
from stream.partition_run import PartitionRun
from stream.patience import patiently
from stream.reads import ReadsPartition
from stream.registers import RegistersPartition
from stream.telemetry import TelemetryPartition
from stream.waits import measure_waits, waiting_for

log = structlog.get_logger()

KINDS: Mapping[Stream, type[Partition]] = {
    Stream.TELEMETRY: TelemetryPartition,
    Stream.READS: ReadsPartition,
    Stream.FORECASTS: ForecastsPartition,
    Stream.REGISTERS: RegistersPartition,
}

#: While the logs hold more messages than this, reading them goes before publishing changes.
LARGE_BACKLOG = 20_000
#: Well below the minute that a rebalance waits for a member.
GIVING_UP_SECONDS = 15.0
#: How often the broker is asked for the end of a log whose partition is not fetched.
ENDS_SECONDS = 2.0
#: How often the broker is asked which topics exist and whether they are the same as before.
TOPICS_SECONDS = 2.0
#: How often in succession the broker may seem silent to the consumer while it answers others.
MOST_SILENT_LOOKS = 6
_SILENT = f"broker: silent for {HEARD_SECONDS:.0f} s; check GRIDFEED_KAFKA_BOOTSTRAP"


class ConsumerStandsStillError(Exception):
    """Says that the consumer fetches nothing although the brokers answer another client."""

    def __init__(self, seconds: float) -> None:
        """Say for how many seconds."""
        super().__init__(
            f"the consumer has fetched nothing for {seconds:.0f} s although the brokers answer;"
            " start the worker again"
        )


class Ingestion:
    """Owns the partitions; each has its own tasks, so a waiting partition delays no other."""

    def __init__(self, tools: Tools) -> None:
        """Start without partitions; Kafka assigns them."""
        self._tools = tools
        self._inputs = input_topics(tools.settings)
        self._runs: dict[TP, PartitionRun] = {}
        self._ends: dict[TP, int] = {}
        self._joined = False
        self._refusal: str | None = None
        self._absent: tuple[str, ...] = ()

    def assigned(self, tps: Iterable[TP]) -> None:
        """Take partitions over; opening them waits for the database, but the group goes on."""
        self._joined = True
        for run in self._runs.values():
            run.end()
        self._runs = {}
        for tp in tps:
            if tp not in self._runs and tp.topic in self._inputs:
                stream, tenant = self._inputs[tp.topic]
                self._runs[tp] = PartitionRun(KINDS[stream](self._tools, tp, stream, tenant))
                self._runs[tp].start()
        by_topic = Counter(tp.topic for tp in self._runs)
        log.info("partitions assigned", partitions=len(self._runs), **by_topic)

    async def revoked(self, tps: Iterable[TP]) -> None:
        """Write everything that is in memory, then forget the partitions.

        The next owner reads again what cannot be written in time.
        """
        given_up = [self._runs.pop(tp) for tp in list(tps) if tp in self._runs]
        writing = asyncio.gather(*(each.give_up() for each in given_up))
        try:
            await asyncio.wait_for(writing, GIVING_UP_SECONDS)
        except TimeoutError:
            log.warning("partitions were given up without a checkpoint", partitions=len(given_up))
        finally:
            for each in given_up:
                each.end()

    async def close(self) -> None:
        """Write everything that is in memory, then give up all partitions."""
        await self.revoked(list(self._runs))

    def receive(self, tp: TP, event: EventT) -> None:
        """Hand a batch to its partition; drop it unacknowledged if it is no longer ours."""
        run = self._runs.get(tp)
        if run is not None:
            run.hand_over(event)

    async def watch_for_ever(self) -> None:
        """Measure waits and lag until cancelled; this task itself waits for nothing."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + self._tools.settings.publish_seconds, loop.time())
            await asyncio.sleep(due - loop.time())
            LOOP_LAG.observe(max(0.0, loop.time() - due))
            measure_waits(clock.now())
            CLOCK_DRIFT.labels("machine").set(clock.drift_seconds())
            for tp, run in self._runs.items():
                end = self._end(tp)
                if end is not None and run.partition.source is not None:
                    LAG.labels(*tp).set(max(0, end - run.partition.position))

    async def ask_for_ends_for_ever(self) -> None:
        """Ask for the ends of the logs whose partitions are not fetched, until cancelled."""
        while True:
            await asyncio.sleep(ENDS_SECONDS)
            self._ends = await patiently(self._ask_for_ends, "broker")

    async def watch_topics_for_ever(self) -> None:
        """Look for topics that are missing or were created again, until cancelled.

        Without this, if a topic is created again and filled beyond the offset to be read next, a
        fetch returns messages as if nothing had happened.
        """
        names = [*self._inputs]
        while True:
            await asyncio.sleep(TOPICS_SECONDS)
            told = await patiently(lambda: self._tools.logs.topics(names), "broker")
            self._absent = told.missing
            for tp, run in self._runs.items():
                run.compare_topic(told.ids.get(tp.topic))

    async def refresh_for_ever(self) -> None:
        """Read the catalogue again whenever it changes, until cancelled."""
        while True:
            await asyncio.sleep(self._tools.settings.publish_seconds)
            await self._tools.meters.refresh()

    def is_behind(self) -> bool:
        """Tell whether the logs hold more than LARGE_BACKLOG messages that are not handled yet."""
        consumer = self._tools.consumer()
        left = (
            max(0, consumer.readable_end(tp) - run.partition.position)
            for tp, run in self._runs.items()
        )
        return sum(left) > LARGE_BACKLOG

    def missing(self) -> list[str]:
        """Return what keeps the worker from working, one sentence each; empty if it works."""
        opened = self._opened()
        missing = waiting_for(clock.now())
        missing += [
            f"topic {name} does not exist; run `gridfeed topics --create`" for name in self._absent
        ]
        if self._is_silent(opened):
            missing.append(self._refusal or _SILENT)
        if waiting := len(self._runs) - len(opened):
            missing.append(f"{waiting} partitions are not opened yet")
        if not self._joined:
            missing.append("the consumer group has not assigned partitions yet")
        return missing

    async def ask_why_silent_for_ever(self) -> None:
        """Whenever the broker is silent, find out why; until cancelled.

        If only the consumer hears nothing for long, its own state is broken: the worker ends, and
        the next one reads from the stored offsets.
        """
        looks = 0
        while True:
            await asyncio.sleep(HEARD_SECONDS)
            self._refusal = None
            opened = self._opened()
            if not self._is_silent(opened):
                looks = 0
                continue
            error = await diagnosed(self._tools.settings, KafkaConnectionError())
            if isinstance(error, BrokerRefusesError):
                self._refusal = str(error)
            log.warning("the broker is silent", cause=self._refusal or _SILENT)
            looks = looks + 1 if await self._answers_others(opened) else 0
            if looks >= MOST_SILENT_LOOKS:
                self._tools.crash(ConsumerStandsStillError(looks * HEARD_SECONDS))
                return

    async def _answers_others(self, tps: list[TP]) -> bool:
        """Tell whether the brokers answer another client about all these partitions."""
        try:
            return len(await self._tools.logs.ends(tps)) == len(tps)
        except KafkaError:
            return False

    def _opened(self) -> list[TP]:
        return [tp for tp, run in self._runs.items() if run.partition.source is not None]

    def _is_silent(self, opened: list[TP]) -> bool:
        consumer = self._tools.consumer()
        fetched = [tp for tp in opened if not consumer.is_held(tp)]
        return bool(fetched) and not any(consumer.has_heard_of(tp) for tp in fetched)

    async def _ask_for_ends(self) -> dict[TP, int]:
        held = [tp for tp in self._runs if self._tools.consumer().is_held(tp)]
        return await self._tools.logs.ends(held)

    def _end(self, tp: TP) -> int | None:
        """Return the end of a partition's log, as far as it is known."""
        known, asked = self._tools.consumer().known_end(tp), self._ends.get(tp)
        return known if asked is None else max(known or 0, asked)
