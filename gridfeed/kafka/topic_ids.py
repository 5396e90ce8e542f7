"""Finds which topics exist, and their ids: a topic that is created again has another id.

aiokafka 0.14 uses versions of the protocol without ids, so this module sends its own request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IncompatibleBrokerVersion, UnknownTopicOrPartitionError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

_NONE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class TopicIds:
    """A broker's answer about topics.

    ids: the ids of existing topics; empty if the broker does not report ids. missing: the topics
    that do not exist.
    """

    ids: Mapping[str, UUID] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


async def topic_ids(consumer: AIOKafkaConsumer, topics: Sequence[str]) -> TopicIds:
    """Return a broker's answer about these topics. Raises KafkaError while it is away."""
    client = consumer._client  # noqa: SLF001
    node = client.get_random_node()
    try:
        answer = await client.send(node, _MetadataRequest(topics))
    except (IncompatibleBrokerVersion, NotImplementedError):
        # aiokafka raises this for a broker without any version of the request with topic ids.
        return TopicIds()
    found, missing = {}, []
    for error, name, topic_id, *_ in answer.topics:
        if error == UnknownTopicOrPartitionError.errno:
            missing.append(name)
        elif topic_id != _NONE:
            found[name] = topic_id
    return TopicIds(found, tuple(sorted(missing)))


class _Uuid:
    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))

    @classmethod
    def repr(cls, value: UUID) -> str:
        return str(value)


_NUMBERS = CompactArray(Int32)
_BROKER = Schema(
    ("node_id", Int32),
    ("host", CompactString()),
    ("port", Int32),
    ("rack", CompactString()),
    ("tags", TaggedFields),
)
_PARTITION = Schema(
    ("error_code", Int16),
    ("partition", Int32),
    ("leader", Int32),
    ("leader_epoch", Int32),
    ("replicas", _NUMBERS),
    ("isr", _NUMBERS),
    ("offline_replicas", _NUMBERS),
    ("tags", TaggedFields),
)
_TOPIC = Schema(
    ("error_code", Int16),
    ("topic", CompactString()),
    ("topic_id", _Uuid),
    ("is_internal", Boolean),
    ("partitions", CompactArray(_PARTITION)),
    ("authorized_operations", Int32),
    ("tags", TaggedFields),
)


class _MetadataResponse_v10(Response):  # type: ignore[misc]  # noqa: N801
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", CompactArray(_BROKER)),
        ("cluster_id", CompactString()),
        ("controller_id", Int32),
        ("topics", CompactArray(_TOPIC)),
        ("authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _MetadataRequest_v10(RequestStruct):  # type: ignore[misc]  # noqa: N801
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 10
    RESPONSE_TYPE = _MetadataResponse_v10
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                Schema(("topic_id", _Uuid), ("topic", CompactString()), ("tags", TaggedFields))
            ),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _MetadataRequest(Request[_MetadataRequest_v10]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataRequest_v10]) -> _MetadataRequest_v10:
        wanted = [(_NONE, topic, dict[int, bytes]()) for topic in self._topics]
        return request_struct_class(wanted, False, False, False, {})
