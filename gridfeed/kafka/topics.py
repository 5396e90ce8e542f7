"""The Kafka topics: names, and the configuration with which Gridfeed creates each."""

from dataclasses import dataclass
from enum import StrEnum

from gridfeed.settings import Settings

_DAY_MS = 86_400_000
_INPUT_RETENTION_DAYS = 30

TIMESTAMP_TYPE = "message.timestamp.type"
LOG_APPEND_TIME = "LogAppendTime"
MESSAGE_BYTES = "max.message.bytes"
#: The largest message of a topic that sets no limit: the default of Apache Kafka.
USUAL_MESSAGE_BYTES = 1_048_588
#: The limit of `dead.letters`: any message that a topic of the usual limit accepts, plus the
#: letter's headers.
LETTER_BYTES = 2_097_152
CLEANUP_POLICY = "cleanup.policy"
RETENTION_MS = "retention.ms"
RETENTION_BYTES = "retention.bytes"
LEAST_IN_SYNC = "min.insync.replicas"

#: From this many replicas on, a message counts as written only when two replicas have it. So one
#: broker may be lost without losing a message, and one may be away without stopping the writers.
_REPLICAS_FOR_TWO_IN_SYNC = 3


class Stream(StrEnum):
    """The content of an input topic; equals `ingest_source.stream` in the database."""

    TELEMETRY = "telemetry"
    READS = "reads"
    FORECASTS = "forecasts"
    REGISTERS = "registers"


class Topics:
    """The topics of the contract; input topics may have a tenant suffix."""

    TELEMETRY = "scada.telemetry"
    READS = "meter.reads"
    FORECASTS = "forecasts"
    REGISTERS = "meter.registers"
    CHANGES = "segments.changes"
    DEAD_LETTERS = "dead.letters"


_INPUT = {
    Stream.TELEMETRY: Topics.TELEMETRY,
    Stream.READS: Topics.READS,
    Stream.FORECASTS: Topics.FORECASTS,
    Stream.REGISTERS: Topics.REGISTERS,
}


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as Gridfeed creates it. `tenant` owns it; None: it takes any tenant's meters."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]
    tenant: str | None = None


def input_topic(settings: Settings, stream: Stream, tenant: str | None = None) -> str:
    """Return the topic that carries a stream, for one tenant or for all."""
    suffix = f".{tenant}" if tenant else ""
    return f"{settings.topic_prefix}{_INPUT[stream]}{suffix}"


def dead_letters_topic(settings: Settings) -> str:
    """Return the topic of rejected messages."""
    return settings.topic_prefix + Topics.DEAD_LETTERS


def changes_topic(settings: Settings) -> str:
    """Return the topic of published changes."""
    return settings.topic_prefix + Topics.CHANGES


def input_topics(settings: Settings) -> dict[str, tuple[Stream, str | None]]:
    """Return every input topic, with its stream and the tenant that owns it."""
    return {
        input_topic(settings, stream, tenant): (stream, tenant)
        for tenant in (None, *settings.tenant_names)
        for stream in Stream
    }


def topic_specs(settings: Settings) -> tuple[TopicSpec, ...]:
    """Return every topic, inputs first, with the configuration of its creation.

    Readings may be months old, so retention counts from when the broker received them
    (LogAppendTime). Inputs stay 30 days: time to repair a worker, or to replay after a fault.
    Changes stay as long as the feed keeps them. Dead letters stay until somebody has dealt with
    them, and may be larger than their messages.
    """
    inputs = input_topics(settings)
    days = dict.fromkeys(inputs, _INPUT_RETENTION_DAYS)
    days[changes_topic(settings)] = settings.changes_retention_days
    retention_ms = {name: kept * _DAY_MS for name, kept in days.items()} | {
        dead_letters_topic(settings): -1
    }
    return tuple(
        TopicSpec(
            name,
            settings.topic_partitions,
            settings.topic_replication,
            {
                TIMESTAMP_TYPE: LOG_APPEND_TIME,
                RETENTION_MS: str(kept),
                CLEANUP_POLICY: "delete",
            }
            | ({MESSAGE_BYTES: str(LETTER_BYTES)} if name == dead_letters_topic(settings) else {})
            | least_in_sync(settings.topic_replication),
            inputs[name][1] if name in inputs else None,
        )
        for name, kept in retention_ms.items()
    )


def least_in_sync(replication: int) -> dict[str, str]:
    """Return the configuration that keeps messages safe on a topic of this many replicas."""
    return {LEAST_IN_SYNC: "2"} if replication >= _REPLICAS_FOR_TWO_IN_SYNC else {}
