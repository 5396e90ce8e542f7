"""The bytes before an Avro body that name its schema.

Single-object encoding (Avro specification 1.12): C3 01, then the schema's fingerprint in eight
bytes, little-endian. Confluent framing: 00, then the schema's id in a registry in four bytes,
big-endian. These bytes are the *header*; throughout this package they identify the writer schema.
"""

from collections import Counter
from collections.abc import Iterable

SINGLE_OBJECT = b"\xc3\x01"
SINGLE_OBJECT_LENGTH = 10
CONFLUENT = b"\x00"
CONFLUENT_LENGTH = 5

NO_FRAMING = (
    "the value starts neither with C3 01 (Avro single-object encoding) "
    "nor with 00 and a schema id (Confluent framing)"
)


def single_object_header(fingerprint: bytes) -> bytes:
    """Return the header of a schema from its little-endian fingerprint."""
    return SINGLE_OBJECT + fingerprint


def confluent_header(schema_id: int) -> bytes:
    """Return the header of a schema from its id in the registry."""
    return CONFLUENT + schema_id.to_bytes(4, "big")


def header(value: bytes | None) -> bytes | None:
    """Return the header of a message, or None if it has neither framing or is too short."""
    if value is None:
        return None
    if value[:2] == SINGLE_OBJECT and len(value) >= SINGLE_OBJECT_LENGTH:
        return value[:SINGLE_OBJECT_LENGTH]
    if value[:1] == CONFLUENT and len(value) >= CONFLUENT_LENGTH:
        return value[:CONFLUENT_LENGTH]
    return None


def schema_id(of_header: bytes) -> int | None:
    """Return the registry's id in a header, or None if the header holds a fingerprint."""
    if len(of_header) == CONFLUENT_LENGTH:
        return int.from_bytes(of_header[1:], "big")
    return None


def schema_ids(values: Iterable[bytes | None]) -> Counter[int]:
    """Return the registry's ids that a batch needs, with the number of messages that name each."""
    return Counter(
        int.from_bytes(value[1:CONFLUENT_LENGTH], "big")
        for value in values
        if value and value[0] == 0 and len(value) >= CONFLUENT_LENGTH
    )
