"""Asks beforehand which of the needed grants the brokers' ACLs lack, instead of failing later."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.api import Request, Response
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.protocol.produce import ProduceRequest

from gridfeed.kafka.diagnosis import diagnosed
from gridfeed.kafka.security import client_options
from gridfeed.kafka.topics import changes_topic, dead_letters_topic, input_topics
from gridfeed.kafka.trouble import BrokerRefusesError, Cause, user
from gridfeed.settings import Settings

_TIMEOUT_MS = 10_000
#: No topic has this partition. A broker first checks grants, then whether the partition exists.
_NO_PARTITION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class NeededGrants:
    """Topics to read and to write, and a consumer group to join."""

    reads: Sequence[str]
    writes: Sequence[str]
    group: str


def needed_by_worker(settings: Settings) -> NeededGrants:
    """Return the grants without which a worker cannot run."""
    letters = dead_letters_topic(settings)
    return NeededGrants([*input_topics(settings), letters], [letters], settings.kafka_group)


def all_of_worker(settings: Settings) -> NeededGrants:
    """Return all grants that a worker uses."""
    needed = needed_by_worker(settings)
    changes = [changes_topic(settings)] if settings.changes_to_kafka else []
    return NeededGrants(needed.reads, [*needed.writes, *changes], needed.group)


async def require(settings: Settings, needed: NeededGrants) -> None:
    """Raise a BrokerRefusesError that names every missing grant.

    Without a sign-in there are no grants, so nothing is asked.
    """
    if settings.kafka_security_protocol != "PLAINTEXT" and (
        missing := await missing_grants(settings, needed)
    ):
        raise BrokerRefusesError(
            Cause(
                f"does not grant {user(settings)} what a worker needs: {', '.join(missing)}",
                "grant it with kafka-acls.sh (see docs/security.md)",
            )
        )


async def missing_grants(settings: Settings, needed: NeededGrants) -> list[str]:
    """Return the missing grants, such as `Read on topic forecasts`. Reads and writes nothing.

    Raises KafkaError while the brokers are away.
    """
    async with _client(settings) as client:
        fetch = FetchRequest(0, 0, 1, 0, [(name, [(_NO_PARTITION, 0, 1)]) for name in needed.reads])
        produce = ProduceRequest(
            None, 1, _TIMEOUT_MS, [(name, [(_NO_PARTITION, b"")]) for name in needed.writes]
        )
        unread = _refused(await _ask(client, fetch)) if needed.reads else set()
        unwritten = _refused(await _ask(client, produce)) if needed.writes else set()
        # No member has an empty name, so this heartbeat keeps no member alive.
        beat = await _ask(client, HeartbeatRequest(needed.group, -1, ""))
    return [
        *(f"Read on topic {name}" for name in needed.reads if name in unread),
        *(f"Write on topic {name}" for name in needed.writes if name in unwritten),
        *_group(needed.group, beat.error_code),
    ]


def _refused(answer: Response) -> set[str]:
    return {
        topic
        for topic, partitions in answer.topics
        for _, code, *_ in partitions
        if code == TopicAuthorizationFailedError.errno
    }


def _group(name: str, code: int) -> Iterable[str]:
    if code == GroupAuthorizationFailedError.errno:
        yield f"Read on group {name}"


async def _ask(client: AIOKafkaClient, request: Request) -> Response:
    return await client.send(client.get_random_node(), request)


@asynccontextmanager
async def _client(settings: Settings) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(**client_options(settings), request_timeout_ms=_TIMEOUT_MS)
    try:
        await client.bootstrap()
        yield client
    except KafkaError as error:
        raise await diagnosed(settings, error) from error
    finally:
        await client.close()
