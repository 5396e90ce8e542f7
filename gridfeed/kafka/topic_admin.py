"""Looks at the topics of a Kafka cluster and creates those that are missing."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)

from gridfeed.kafka.diagnosis import diagnosed
from gridfeed.kafka.security import client_options
from gridfeed.kafka.topics import (
    LEAST_IN_SYNC,
    MESSAGE_BYTES,
    RETENTION_BYTES,
    USUAL_MESSAGE_BYTES,
    TopicSpec,
    topic_specs,
)
from gridfeed.settings import Settings

#: What is known of a topic's configuration beside the keys that Gridfeed creates it with.
WATCHED = (LEAST_IN_SYNC, RETENTION_BYTES, MESSAGE_BYTES)

_TIMEOUT_MS = 10_000
_PROPAGATION_LOOKS = 150
_NOT_GRANTED = (TopicAuthorizationFailedError.errno, ClusterAuthorizationFailedError.errno)


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as the cluster has it.

    partitions is 0 when it does not exist. config holds what the broker tells about the keys of
    the specification and about WATCHED; a broker may tell nothing. leaderless: partitions that
    nobody can read or write at present. missing: per partition the brokers whose replica lags.
    """

    spec: TopicSpec
    partitions: int
    replication: int
    config: dict[str, str]
    leaderless: tuple[int, ...] = ()
    missing: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Tell whether the cluster has the topic."""
        return self.partitions > 0


@dataclass(frozen=True, slots=True)
class GroupState:
    """A consumer group as its broker has it: per member its host and what it owns, encoded.

    The embedded broker tells neither hosts nor what they own. is_settled: nothing is being shared
    out at the moment.
    """

    is_settled: bool
    hosts: tuple[str, ...]
    assignments: tuple[bytes, ...]


class TopicRefusedError(Exception):
    """The cluster would not create a topic; says which one, why, and the setting to change."""


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Connect for administration.

    Raises aiokafka's KafkaError when nobody answers, a BrokerRefusesError when we are refused.
    """
    client = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=_TIMEOUT_MS)
    try:
        await client.start()
        yield client
    except KafkaError as error:
        raise await diagnosed(settings, error) from error
    finally:
        await client.close()


async def inspect(settings: Settings) -> list[TopicState]:
    """Return the state of every topic, in the order of `topic_specs`."""
    async with admin(settings) as client:
        layouts = await _layouts(client)
        specs = topic_specs(settings)
        configs = await _configs(client, [spec.name for spec in specs if spec.name in layouts])
    return [_state(spec, layouts.get(spec.name, []), configs.get(spec.name, {})) for spec in specs]


async def partition_counts(settings: Settings) -> dict[str, int]:
    """Return how many partitions each topic of the contract has; 0 where it does not exist."""
    return {state.spec.name: state.partitions for state in await inspect(settings)}


async def largest_message(settings: Settings, topic: str) -> int:
    """Return how many bytes a batch of messages may have that the topic takes.

    The usual limit where the broker does not tell. Raises KafkaError when nobody answers.
    """
    async with admin(settings) as client:
        told = (await _configs(client, [topic])).get(topic, {})
    return int(told.get(MESSAGE_BYTES, USUAL_MESSAGE_BYTES))


async def describe_group(settings: Settings, group: str) -> GroupState | None:
    """Return who is in a consumer group; None where the broker does not tell.

    Raises aiokafka's KafkaError when nobody answers.
    """
    async with admin(settings) as client:
        # One group a request: with several, aiokafka 0.14 cannot read the answer.
        answers = await client.describe_consumer_groups([group])
    code, _, state, _, _, members, *_ = answers[0].groups[0]
    if code != 0:
        return None
    hosts = tuple(member[2].removeprefix("/") for member in members)
    return GroupState(state == "Stable", hosts, tuple(member[4] for member in members))


async def create_missing(settings: Settings) -> list[str]:
    """Create the topics that do not exist and wait until they can be used; return their names.

    Raises TopicRefusedError with the setting to change.
    """
    async with admin(settings) as client:
        present = await _layouts(client)
        missing = [spec for spec in topic_specs(settings) if spec.name not in present]
        if missing:
            await _create(client, missing)
            await _visible(client, {spec.name for spec in missing})
    return [spec.name for spec in missing]


async def _create(client: AIOKafkaAdminClient, specs: Sequence[TopicSpec]) -> None:
    answer = await client.create_topics(
        [
            NewTopic(spec.name, spec.partitions, spec.replication, topic_configs=spec.config)
            for spec in specs
        ]
    )
    for name, code, *message in answer.topic_errors:
        if code in _NOT_GRANTED:
            raise TopicAuthorizationFailedError(name)
        if code not in (0, TopicAlreadyExistsError.errno):
            why = next(filter(None, message), for_code(code).__name__)
            raise TopicRefusedError(
                f"the cluster would not create topic {name}: {why}"
                " (GRIDFEED_TOPIC_PARTITIONS, GRIDFEED_TOPIC_REPLICATION)"
            )


async def _visible(client: AIOKafkaAdminClient, names: set[str]) -> None:
    for _ in range(_PROPAGATION_LOOKS):
        if names <= (await _layouts(client)).keys():
            return
        await asyncio.sleep(0.1)


async def _layouts(client: AIOKafkaAdminClient) -> dict[str, list[dict[str, Any]]]:
    # All topics, never by name: a broker may create what it is asked about.
    return {
        topic["topic"]: topic["partitions"]
        for topic in await client.describe_topics()
        if topic["error_code"] == 0 and topic["partitions"]
    }


async def _configs(client: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    # Without naming the keys: the embedded broker closes the connection on named ones.
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    try:
        answers = await client.describe_configs(wanted)
    except KafkaError:
        return {}
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _, _, _, name, entries in answer.resources
    }


def _state(spec: TopicSpec, layout: list[dict[str, Any]], told: dict[str, str]) -> TopicState:
    lagging = {each["partition"]: {*each["replicas"]} - {*each["isr"]} for each in layout}
    return TopicState(
        spec,
        len(layout),
        len(layout[0]["replicas"]) if layout else 0,
        {key: told[key] for key in dict.fromkeys((*spec.config, *WATCHED)) if key in told},
        tuple(sorted(each["partition"] for each in layout if each["leader"] < 0)),
        {number: tuple(sorted(away)) for number, away in sorted(lagging.items()) if away},
    )
