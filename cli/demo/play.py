"""Sends the synthetic fleet to Kafka: the last days at a bounded rate, then on in real time."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import TypeAlias

from aiokafka import AIOKafkaProducer

from cli.demo.dials import Dials
from cli.demo.plant import Plant
from gridfeed import clock
from gridfeed.avro.encode import encode_forecast, encode_read, encode_register, encode_telemetry
from gridfeed.domain.settlement.messages import RevenueRead
from gridfeed.kafka.clients import started
from gridfeed.kafka.security import client_options
from gridfeed.kafka.topics import Topics
from gridfeed.settings import Settings

#: The length of the history, for each stream.
TELEMETRY_SPAN = timedelta(days=2)
READ_SPAN = timedelta(days=7)
FORECAST_SPAN = timedelta(days=3)
#: The step of the recording. The live part also sends values between two recorded values.
RECORDED_EVERY = timedelta(minutes=1)
LIVE_EVERY = timedelta(seconds=5)
#: After a longer pause (such as a sleeping laptop), missed samples are sent at the recording's
#: step.
PAUSE = timedelta(minutes=5)
#: The least time between two bursts of BURST messages: at most 5,000 messages per second.
BURST = 500
BURST_SECONDS = 0.1

#: Topic, key, value.
Message: TypeAlias = tuple[str, bytes, bytes]


async def play(settings: Settings, plants: Sequence[Plant], say: Callable[[str], None]) -> None:
    """Send the history up to now, then go on live until cancelled.

    Raises aiokafka's KafkaError if the broker stays away.
    """
    producer = AIOKafkaProducer(**client_options(settings), linger_ms=20, max_batch_size=1 << 17)
    await started(settings, producer)
    try:
        registers = [plant.dials() for plant in plants]
        now = clock.now()
        count = await send(producer, history(plants, registers, now))
        say(f"history sent: {count} messages; going on live")
        await _live(producer, plants, registers, now)
    finally:
        await producer.stop()


async def _live(
    producer: AIOKafkaProducer,
    plants: Sequence[Plant],
    registers: Sequence[Dials],
    since: datetime,
) -> None:
    while True:
        await asyncio.sleep(LIVE_EVERY.total_seconds())
        until = clock.now()
        every = LIVE_EVERY if until - since < PAUSE else RECORDED_EVERY
        await send(
            producer, chain(_registers(registers, since, until), due(plants, since, until, every))
        )
        since = until


def history(
    plants: Sequence[Plant], registers: Sequence[Dials], now: datetime
) -> Iterator[Message]:
    """Yield the fleet's past messages: registers, forecasts, reads, then telemetry by the hour."""
    yield from _registers(registers, now - READ_SPAN, now)
    for plant in plants:
        yield from _forecasts(plant, now - FORECAST_SPAN, now)
        # Chosen by interval, so that no correction comes without the read that it corrects.
        reads = plant.reads(now - READ_SPAN, now)
        yield from _reads(plant, (r for r in reads if r.interval_start >= now - READ_SPAN))
    hour = timedelta(hours=1)
    for hours_left in reversed(range(TELEMETRY_SPAN // hour)):
        until = now - hours_left * hour
        for plant in plants:
            yield from _telemetry(plant, until - hour, until, RECORDED_EVERY)


def due(
    plants: Sequence[Plant], since: datetime, until: datetime, every: timedelta
) -> Iterator[Message]:
    """Yield the fleet's messages of (since, until], telemetry at multiples of `every`."""
    for plant in plants:
        yield from _forecasts(plant, since, until)
        yield from _reads(plant, plant.reads(since, until))
        yield from _telemetry(plant, since, until, every)


def _forecasts(plant: Plant, since: datetime, until: datetime) -> Iterator[Message]:
    for forecast in plant.forecasts(since, until):
        yield Topics.FORECASTS, plant.key, encode_forecast(forecast)


def _reads(plant: Plant, reads: Iterable[RevenueRead]) -> Iterator[Message]:
    for read in reads:
        yield Topics.READS, plant.key, encode_read(read)


def _registers(registers: Sequence[Dials], since: datetime, until: datetime) -> Iterator[Message]:
    for each in registers:
        for read in each.reads(since, until):
            yield Topics.REGISTERS, each.meter_number.encode(), encode_register(read)


def _telemetry(
    plant: Plant, since: datetime, until: datetime, every: timedelta
) -> Iterator[Message]:
    for observed_at, channel, power_kw in plant.samples(since, until, every):
        value = encode_telemetry(plant.meter_number, observed_at, float(power_kw), channel=channel)
        yield Topics.TELEMETRY, plant.key, value


async def send(producer: AIOKafkaProducer, messages: Iterator[Message]) -> int:
    """Send messages at a bounded rate; return how many, once Kafka has acknowledged them all."""
    loop = asyncio.get_running_loop()
    count = 0
    while burst := list(islice(messages, BURST)):
        earliest = loop.time() + BURST_SECONDS
        await asyncio.gather(
            *[await producer.send(topic, value, key=key) for topic, key, value in burst]
        )
        count += len(burst)
        await asyncio.sleep(earliest - loop.time())
    return count
