"""Checks the Kafka cluster, its topics, and the messages in them."""

import asyncio

from cli import session
from cli.doctor import grants, lag, letters, workers
from cli.doctor.check import Check, reached
from gridfeed.kafka.topic_admin import TopicState, describe_group, inspect
from gridfeed.kafka.topic_faults import TopicFault, topic_faults
from gridfeed.kafka.topics import TIMESTAMP_TYPE, dead_letters_topic, input_topics
from gridfeed.settings import Settings

_SETTING = "GRIDFEED_KAFKA_BOOTSTRAP"


async def look(settings: Settings) -> list[Check]:
    """Return the checks of the cluster and of each topic, and the checks that depend on both."""
    states: list[TopicState] = []
    denied: list[Check] = []
    checks = await reached("kafka", _topics(settings, states, denied), _SETTING)
    present = [state for state in states if state.exists]
    inputs = {
        state.spec.name: state.partitions
        for state in present
        if state.spec.name in input_topics(settings)
    }
    behind = []
    if inputs and not denied:
        behind.append(reached("workers", _group(settings, inputs), _SETTING))
    behind += [
        reached("dead letters", letters.look(settings, state.partitions), _SETTING)
        for state in present
        if state.spec.name == dead_letters_topic(settings)
    ]
    return [*checks, *(check for part in await asyncio.gather(*behind) for check in part)]


async def _group(settings: Settings, inputs: dict[str, int]) -> list[Check]:
    """Return the checks of the workers' lag, and of the workers themselves."""
    with session.kafka_trouble(settings):
        group = await describe_group(settings, settings.kafka_group)
    return [*await lag.look(settings, inputs, group), *workers.look(settings, inputs, group)]


async def _topics(settings: Settings, states: list[TopicState], denied: list[Check]) -> list[Check]:
    """Return the checks of the cluster and of each topic; fill `states` and `denied`.

    Without a grant the broker may hide a topic. Such a topic is not reported as missing.
    """
    with session.kafka_trouble(settings):
        states += await inspect(settings)
        denied += await grants.look(settings)
    faults = topic_faults(settings, states)
    hidden = " ".join(check.seen for check in denied)
    told = [state for state in states if state.exists or state.spec.name not in hidden]
    return [
        Check("kafka", f"answers at {settings.kafka_bootstrap}"),
        *denied,
        *(_topic(state, faults.get(state.spec.name, [])) for state in told),
    ]


def _topic(state: TopicState, faults: list[TopicFault]) -> Check:
    name = f"topic {state.spec.name}"
    if not state.exists:
        return Check(name, "does not exist", "Run `gridfeed topics --create`.")
    told = (
        f"{state.partitions} partitions, timestamps {state.config.get(TIMESTAMP_TYPE, 'not known')}"
    )
    if not faults:
        return Check(name, told)
    return Check(
        name,
        "; ".join([told, *(fault.seen for fault in faults)]),
        "\n".join(fault.fix for fault in faults),
        is_note=all(fault.harmless for fault in faults),
    )
