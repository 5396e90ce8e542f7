"""`gridfeed topics`: lists the Kafka topics, and creates missing ones."""

import asyncio
from typing import Annotated

import typer

from cli import session, terminal
from gridfeed.kafka.topic_admin import TopicState, create_missing, inspect
from gridfeed.kafka.topic_faults import topic_faults
from gridfeed.kafka.topics import TIMESTAMP_TYPE
from gridfeed.settings import Settings

app = terminal.commands()


@app.command()
def topics(
    create: Annotated[bool, typer.Option("--create", help="Create the missing topics.")] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """List the Kafka topics: partitions, existence, configuration.

    \b
    Created topics have GRIDFEED_TOPIC_PARTITIONS partitions, GRIDFEED_TOPIC_REPLICATION replicas
    and LogAppendTime, so that retention does not delete readings that are months old:
      inputs            30 days (scada.telemetry, meter.reads, forecasts, meter.registers, and
                        each with a .<tenant> suffix for the tenants in GRIDFEED_TENANTS)
      segments.changes  GRIDFEED_CHANGES_RETENTION_DAYS
      dead.letters      for ever
    With three or more replicas, a message counts as written when two replicas have it.

    \b
    Examples:
      gridfeed topics
      gridfeed topics --create --json
    """
    settings = session.start()
    with session.kafka_trouble(settings):
        created = asyncio.run(create_missing(settings)) if create else []
        states = asyncio.run(inspect(settings))
    if as_json:
        terminal.print_json([_shape(state, state.spec.name in created) for state in states])
    else:
        terminal.print_table(
            ("topic", "state", "partitions", "replicas", "timestamps", "retention.ms"),
            (_row(state, state.spec.name in created) for state in states),
        )
    for line in warnings(settings, states):
        terminal.note(line)


def warnings(settings: Settings, states: list[TopicState]) -> list[str]:
    """Return one line for each fault that a person should fix, with the command that fixes it."""
    return [
        f"warning: {topic}: {fault.seen}; fix: {fault.fix}"
        for topic, faults in topic_faults(settings, states).items()
        for fault in faults
        if not fault.harmless
    ]


def _shape(state: TopicState, created: bool) -> dict[str, object]:
    return {
        "topic": state.spec.name,
        "tenant": state.spec.tenant,
        "exists": state.exists,
        "created": created,
        "partitions": state.partitions,
        "replication": state.replication,
        "config": state.config,
    }


def _row(state: TopicState, created: bool) -> tuple[object, ...]:
    if not state.exists:
        return state.spec.name, "missing", None, None, None, None
    return (
        state.spec.name,
        "created" if created else "present",
        state.partitions,
        state.replication,
        state.config.get(TIMESTAMP_TYPE, "not known"),
        state.config.get("retention.ms", "not known"),
    )
