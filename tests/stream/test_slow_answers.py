"""What a broker says late is true of when it was asked: a watermark passes nothing."""

import asyncio
from pathlib import Path

from aiokafka import AIOKafkaProducer

from gridfeed import clock
from tests.services import create_topics
from tests.silent_proxy import advertised, silent_broker
from tests.stream.test_batch_transport import reading

#: A broker, or the way to it, may be as slow.
SLOW_SECONDS = 1.5


async def test_all_that_was_appended_before_the_broker_was_heard_of_lies_before_the_known_end(
    kafka: str, topic_suffix: str, tmp_path: Path
) -> None:
    await create_topics(kafka, topic_suffix)
    appended: list[tuple[int, int]] = []  # when the broker had it, and its offset
    heard: list[tuple[int, int]] = []  # of when, and up to where
    with silent_broker(*await advertised(kafka)) as (proxy, bootstrap):
        async with reading(bootstrap, topic_suffix, tmp_path) as reader:
            await reader.until(lambda: bool(reader.consumer.assignment()))
            [tp] = reader.consumer.assignment()
            proxy.delay_seconds = SLOW_SECONDS
            async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
                for _ in range(50):
                    placed = await producer.send_and_wait(tp.topic, b"1")
                    appended.append((clock.now_us(), placed.offset))
                    await asyncio.sleep(0.2)
                    # In this order: the end is then at least as new.
                    at_us = reader.consumer.heard_us(tp)
                    heard.append((at_us, reader.consumer.known_end(tp) or 0))
            proxy.delay_seconds = 0.0
    assert heard[-1][1] > 0
    for at_us, end in heard:
        assert all(offset < end for when_us, offset in appended if when_us < at_us)
