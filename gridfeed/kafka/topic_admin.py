"""Inspects the topics of a Kafka cluster and creates the missing ones."""

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

#: Configuration keys that are watched beside the keys with which Gridfeed creates a topic.
WATCHED = (LEAST_IN_SYNC, RETENTION_BYTES, MESSAGE_BYTES)

_TIMEOUT_MS = 10_000
_PROPAGATION_LOOKS = 150
_NOT_GRANTED = (TopicAuthorizationFailedError.errno, ClusterAuthorizationFailedError.errno)


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic in its present state in the cluster.

    partitions: 0 if the topic does not exist. config: the values that the broker reports of the
    specification's keys and of WATCHED; a broker may report none. leaderless: partitions that can
    be neither read nor written at present. missing: for each partition the brokers whose replicas
    lag.
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
    """A consumer group as its broker reports it: each member's host and encoded assignment.

    The embedded broker reports neither hosts nor assignments. is_settled: the group is not
    rebalancing at the moment.
    """

    is_settled: bool
    hosts: tuple[str, ...]
    assignments: tuple[bytes, ...]


class TopicRefusedError(Exception):
    """The cluster refused to create a topic; says which topic, why, and the setting to change."""


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Connect for administration.

    Raises aiokafka's KafkaError if no broker answers, BrokerRefusesError if a broker refuses the
    client.
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
    """Return the partition count of each topic of the contract; 0 if it does not exist."""
    return {state.spec.name: state.partitions for state in await inspect(settings)}


async def largest_message(settings: Settings, topic: str) -> int:
    """Return the largest batch of messages, in bytes, that the topic accepts.

    The usual limit if the broker does not report it. Raises KafkaError if no broker answers.
    """
    async with admin(settings) as client:
        told = (await _configs(client, [topic])).get(topic, {})
    return int(told.get(MESSAGE_BYTES, USUAL_MESSAGE_BYTES))


async def describe_group(settings: Settings, group: str) -> GroupState | None:
    """Return the members of a consumer group; None if the broker does not report them.

    Raises aiokafka's KafkaError if no broker answers.
    """
    async with admin(settings) as client:
        # One group per request: aiokafka 0.14 cannot read an answer about several.
        answers = await client.describe_consumer_groups([group])
    code, _, state, _, _, members, *_ = answers[0].groups[0]
    if code != 0:
        return None
    hosts = tuple(member[2].removeprefix("/") for member in members)
    return GroupState(state == "Stable", hosts, tuple(member[4] for member in members))


async def create_missing(settings: Settings) -> list[str]:
    """Create the missing topics and wait until they can be used; return their names.

    Raises TopicRefusedError, which names the setting to change.
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
                f"the cluster refused to create topic {name}: {why};"
                " check GRIDFEED_TOPIC_PARTITIONS and GRIDFEED_TOPIC_REPLICATION"
            )


async def _visible(client: AIOKafkaAdminClient, names: set[str]) -> None:
    for _ in range(_PROPAGATION_LOOKS):
        if names <= (await _layouts(client)).keys():
            return
        await asyncio.sleep(0.1)


async def _layouts(client: AIOKafkaAdminClient) -> dict[str, list[dict[str, Any]]]:
    # All topics, never by name: a broker may create a topic that it is asked about.
    return {
        topic["topic"]: topic["partitions"]
        for topic in await client.describe_topics()
        if topic["error_code"] == 0 and topic["partitions"]
    }


async def _configs(client: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    # Without naming keys: the embedded broker closes the connection if keys are named.
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
