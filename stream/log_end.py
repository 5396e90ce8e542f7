"""Where a partition's log ends, when that decides whether the topic is still the same one."""

from aiokafka import AIOKafkaConsumer, TopicPartition

#: How long a broker is waited for that may have records after the end it reported.
READ_MS = 2000


async def read_log_end(bootstrap: str, tp: TopicPartition, reported: int) -> int:
    """Return the offset after the last record at or after `reported`, by reading.

    Some brokers report the start of their last batch as the end of the log.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([tp])
        consumer.seek(tp, reported)
        end = reported
        while records := (await consumer.getmany(tp, timeout_ms=READ_MS)).get(tp):
            end = int(records[-1].offset) + 1
        return end
    finally:
        await consumer.stop()
