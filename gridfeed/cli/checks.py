"""What `gridfeed doctor` looks at; every check says what it saw and, if that is bad, what to do."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from aiokafka import AIOKafkaConsumer, TopicPartition

from gridfeed import clock
from gridfeed.cli import session
from gridfeed.cli.trouble import TroubleError
from gridfeed.settings import Settings
from gridfeed.storage.changes_out import MOST_COUNTED, Waiting, changes_waiting
from gridfeed.storage.migrate import pending
from gridfeed.storage.statements import sql
from gridfeed.wire.clients import consuming
from gridfeed.wire.ends import true_ends
from gridfeed.wire.grants import all_of_worker, missing_grants
from gridfeed.wire.topic_admin import TopicState, inspect
from gridfeed.wire.topics import (
    LOG_APPEND_TIME,
    TIMESTAMP_TYPE,
    changes_topic,
    fix_command,
    input_topics,
)
from gridfeed.wire.trouble import user

_LEAST_POSTGRESQL = 160_000
_MOST_SKEW = timedelta(seconds=2)
_LAG_SECONDS = 20
_MOST_WAITING = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and seen; `fix` says what to do and is None where nothing is wrong."""

    name: str
    seen: str
    fix: str | None = None

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.fix is None


async def check_all(settings: Settings) -> list[Check]:
    """Return every check; what cannot be reached is one problem and hides what lies behind it."""
    parts: tuple[tuple[str, Callable[[Settings], Awaitable[list[Check]]]], ...] = (
        ("kafka", _kafka),
        ("database", _database),
    )
    return [check for name, look in parts for check in await _reached(name, look(settings))]


async def _reached(name: str, checks: Awaitable[list[Check]]) -> list[Check]:
    try:
        return await checks
    except TroubleError as error:
        return [Check(name, error.cause, error.fix or "See above.")]


async def _kafka(settings: Settings) -> list[Check]:
    with session.kafka_trouble(settings):
        states, denied = await inspect(settings), await _denied(settings)
        lag = [] if denied else await _lag(settings, [state for state in states if state.exists])
    answers = Check("kafka", f"answers at {settings.kafka_bootstrap}")
    hidden = " ".join(check.seen for check in denied)
    seen = [state for state in states if state.exists or state.spec.name not in hidden]
    return [answers, *denied, *(_topic(settings, state) for state in seen), *lag]


async def _denied(settings: Settings) -> list[Check]:
    """Return what a worker of these settings is not granted; a topic among that may be hidden."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return []
    missing = await missing_grants(settings, all_of_worker(settings))
    fix = "Grant it with kafka-acls.sh (see docs/security.md), if a worker signs in like this."
    return [Check("grant", f"{user(settings)} lacks {each}", fix) for each in missing]


def _topic(settings: Settings, state: TopicState) -> Check:
    name = f"topic {state.spec.name}"
    if not state.exists:
        return Check(name, "does not exist", "Run `gridfeed topics --create`.")
    kept = state.config.get(TIMESTAMP_TYPE)
    seen = f"{state.partitions} partitions, timestamps {kept or 'not told'}"
    wrong = kept not in (None, LOG_APPEND_TIME)
    return Check(name, seen, fix_command(settings, state.spec.name) if wrong else None)


async def _lag(settings: Settings, states: Iterable[TopicState]) -> list[Check]:
    inputs = input_topics(settings)
    sources = [
        TopicPartition(state.spec.name, partition)
        for state in states
        if state.spec.name in inputs
        for partition in range(state.partitions)
    ]
    if not sources:
        return []
    async with asyncio.timeout(_LAG_SECONDS), consuming(settings, settings.kafka_group) as consumer:
        return list(await _behind(settings, consumer, sources))


async def _behind(
    settings: Settings, consumer: AIOKafkaConsumer, sources: list[TopicPartition]
) -> Iterator[Check]:
    begins = await consumer.beginning_offsets(sources)
    ends = await true_ends(consumer, sources)
    committed = {source: await consumer.committed(source) for source in sources}
    behind = {
        topic: sum(
            max(0, ends[source] - max(committed[source] or 0, begins[source]))
            for source in sources
            if source.topic == topic
        )
        for topic in dict.fromkeys(source.topic for source in sources)
    }
    read = {source.topic for source, offset in committed.items() if offset is not None}
    return (_lag_of(settings, topic, count, topic in read) for topic, count in behind.items())


def _lag_of(settings: Settings, topic: str, count: int, read: bool) -> Check:
    seen = f"group {settings.kafka_group} is {count} messages behind"
    if count and not read:
        fix = "No worker has read it: start `gridfeed worker` (its group is GRIDFEED_KAFKA_GROUP)."
        return Check(f"lag {topic}", seen, fix)
    return Check(f"lag {topic}", seen)


async def _database(settings: Settings) -> list[Check]:
    async with session.connected(settings, migrated=False) as connection:
        before = clock.now()
        facts = await connection.fetchrow(sql("database_facts"))
        after = clock.now()
        missing = await pending(connection)
        wanted = settings.changes_to_kafka and not missing
        waiting = await changes_waiting(connection, changes_topic(settings)) if wanted else None
    assert facts is not None
    too_old = facts["version_number"] < _LEAST_POSTGRESQL
    return [
        Check(
            "database",
            f"PostgreSQL {facts['version']}",
            "Use PostgreSQL 16 or newer." if too_old else None,
        ),
        Check("timescaledb", facts["timescaledb"] or "not installed, plain tables are used"),
        Check(
            "migrations",
            f"pending: {', '.join(missing)}" if missing else "all applied",
            "Run `gridfeed migrate`." if missing else None,
        ),
        _clock(facts["clock"] - (before + (after - before) / 2)),
        *_changes_out(settings, waiting),
    ]


def _changes_out(settings: Settings, waiting: Waiting | None) -> list[Check]:
    """Return how far the topic of changes is behind the feed; nothing where nobody publishes."""
    if waiting is None:
        return []
    age = waiting.now - (waiting.since or waiting.now)
    more = "at least " if waiting.changes >= MOST_COUNTED else ""
    seen = f"{more}{waiting.changes} changes wait, the oldest for {age.total_seconds():.1f} s"
    fix = (
        "Start `gridfeed worker`, or read why it does not publish: its /readyz and its log say it."
    )
    late = age > _MOST_WAITING
    return [Check(f"lag {changes_topic(settings)}", seen, fix if late else None)]


def _clock(skew: timedelta) -> Check:
    seen = f"the database's is {skew.total_seconds():+.3f} s from this machine's"
    fix = (
        "Synchronise the clocks (NTP): a reading further ahead than GRIDFEED_FUTURE_SECONDS"
        " is rejected."
    )
    return Check("clock", seen, fix if abs(skew) > _MOST_SKEW else None)
