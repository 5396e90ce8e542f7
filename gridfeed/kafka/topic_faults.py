"""Finds faults in the topics of a cluster, each with the command that corrects it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gridfeed.domain.few import few
from gridfeed.kafka.topic_admin import TopicState
from gridfeed.kafka.topics import (
    CLEANUP_POLICY,
    LEAST_IN_SYNC,
    LOG_APPEND_TIME,
    MESSAGE_BYTES,
    RETENTION_BYTES,
    RETENTION_MS,
    TIMESTAMP_TYPE,
    dead_letters_topic,
    input_topics,
    least_in_sync,
)
from gridfeed.settings import Settings

_DAY_MS = 86_400_000
#: A letter must stay at least as long as the message that it repeats.
_LETTERS_LEAST_MS = 30 * _DAY_MS
#: If workers are away for longer than an input's retention, messages are lost.
_INPUTS_LEAST_MS = _DAY_MS
#: Bytes in a letter for the headers that state reason and origin.
_HEADERS_LEAST, _HEADERS_ROOM = 4_096, 65_536


@dataclass(frozen=True, slots=True)
class TopicFault:
    """A fault of a topic and the command that corrects it; `harmless`: it loses no data."""

    seen: str
    fix: str
    harmless: bool = False


def topic_faults(settings: Settings, states: Sequence[TopicState]) -> dict[str, list[TopicFault]]:
    """Return the faults of every existing topic, by its name."""
    inputs = input_topics(settings)
    limits = [_number(state, MESSAGE_BYTES) for state in states if state.spec.name in inputs]
    largest = max((limit for limit in limits if limit is not None), default=0)
    return {
        state.spec.name: [
            *_configuration(settings, state, largest),
            *_brokers(settings, state),
            *_size(settings, state),
        ]
        for state in states
        if state.exists
    }


def _configuration(settings: Settings, state: TopicState, largest: int) -> Iterator[TopicFault]:
    """Yield one fault with one command that sets each wrong key to its right value."""
    wrong = [*_every_topic(state)]
    if state.spec.name == dead_letters_topic(settings):
        wrong += _letters(state, largest)
    elif state.spec.name in input_topics(settings):
        wrong += _input(state)
    if wrong:
        values = ",".join(f"{key}={value}" for key, value, _ in wrong)
        yield TopicFault(
            "; ".join(why for _, _, why in wrong),
            f"kafka-configs.sh {_at(settings)} --alter --entity-type topics"
            f" --entity-name {state.spec.name} --add-config {values}",
        )


def _every_topic(state: TopicState) -> Iterator[tuple[str, str, str]]:
    kept = state.config.get(TIMESTAMP_TYPE, LOG_APPEND_TIME)
    if kept != LOG_APPEND_TIME:
        why = "it keeps the producer's time, so retention may delete old readings"
        yield TIMESTAMP_TYPE, LOG_APPEND_TIME, why
    policy = state.config.get(CLEANUP_POLICY, "delete")
    if policy != "delete":
        why = f"{CLEANUP_POLICY} is {policy}: a newer message of a meter deletes the older ones"
        yield CLEANUP_POLICY, "delete", why
    in_sync = _number(state, LEAST_IN_SYNC)
    wanted = least_in_sync(state.replication).get(LEAST_IN_SYNC, "1")
    if in_sync is None:
        return
    if in_sync < int(wanted):
        why = (
            f"{LEAST_IN_SYNC} is {in_sync} at {state.replication} replicas:"
            " losing one broker may lose messages"
        )
        yield LEAST_IN_SYNC, wanted, why
    elif in_sync > state.replication:
        why = (
            f"{LEAST_IN_SYNC} is {in_sync} at {state.replication} replicas: nothing can be written"
        )
        yield LEAST_IN_SYNC, wanted, why


def _input(state: TopicState) -> Iterator[tuple[str, str, str]]:
    kept = _number(state, RETENTION_MS)
    if kept is not None and 0 <= kept < _INPUTS_LEAST_MS:
        why = f"messages are deleted after {_hours(kept)}, even if no worker has read them"
        yield RETENTION_MS, state.spec.config[RETENTION_MS], why


def _letters(state: TopicState, largest: int) -> Iterator[tuple[str, str, str]]:
    kept = _number(state, RETENTION_MS)
    if kept is not None and 0 <= kept < _LETTERS_LEAST_MS:
        why = f"letters are deleted after {_hours(kept)}, even if nobody has handled them"
        yield RETENTION_MS, state.spec.config[RETENTION_MS], why
    size = _number(state, RETENTION_BYTES)
    if size is not None and size >= 0:
        why = f"letters are deleted when there are more than {size} bytes of them in a partition"
        yield RETENTION_BYTES, "-1", why
    limit = _number(state, MESSAGE_BYTES)
    if limit is not None and limit < largest + _HEADERS_LEAST:
        why = (
            f"{MESSAGE_BYTES} is {limit}: a rejected message of an input ({largest}) does not fit"
            " with the headers that say why"
        )
        intended = int(state.spec.config[MESSAGE_BYTES])
        fits = intended if intended >= largest + _HEADERS_LEAST else largest + _HEADERS_ROOM
        yield MESSAGE_BYTES, str(fits), why


def _brokers(settings: Settings, state: TopicState) -> Iterator[TopicFault]:
    describe = f"kafka-topics.sh {_at(settings)} --describe --topic {state.spec.name}"
    away = sorted({broker for brokers in state.missing.values() for broker in brokers})
    start = (
        f"Start the brokers ({few(away)}), or see their logs" if away else "See the brokers' logs"
    )
    if state.leaderless:
        yield TopicFault(
            f"partitions without a leader: {few(state.leaderless)}; they cannot be read or written",
            f"{start}; {describe} --unavailable-partitions",
        )
    lagging = [number for number in state.missing if number not in state.leaderless]
    if lagging:
        yield TopicFault(
            f"under-replicated partitions: {few(lagging)}; brokers {few(away)} are behind or down",
            f"{start}; {describe} --under-replicated-partitions",
        )


def _size(settings: Settings, state: TopicState) -> Iterator[TopicFault]:
    spec = state.spec
    if state.partitions < spec.partitions:
        stopped = spec.name == dead_letters_topic(settings)
        yield TopicFault(
            f"{state.partitions} partitions, GRIDFEED_TOPIC_PARTITIONS is {spec.partitions}",
            f"{'Stop all workers, then ' if stopped else ''}kafka-topics.sh {_at(settings)}"
            f" --alter --topic {spec.name} --partitions {spec.partitions}",
            harmless=True,
        )
    if state.replication < spec.replication:
        yield TopicFault(
            f"{state.replication} replicas, GRIDFEED_TOPIC_REPLICATION is {spec.replication}",
            f"kafka-reassign-partitions.sh {_at(settings)} --execute --reassignment-json-file FILE"
            f" (FILE lists {spec.replication} brokers for each partition of {spec.name})",
            harmless=True,
        )


def _at(settings: Settings) -> str:
    return f"--bootstrap-server {settings.kafka_bootstrap}"


def _number(state: TopicState, key: str) -> int | None:
    """Return a configured number; None if the broker does not report it."""
    text = state.config.get(key)
    return int(text) if text is not None else None


def _hours(milliseconds: int) -> str:
    return f"{milliseconds / 3_600_000:.1f} hours"
