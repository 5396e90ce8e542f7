"""Returns how far the workers are in a topic, without being a worker."""

from dataclasses import dataclass

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(frozen=True, slots=True)
class Handled:
    """A partition: each message of this generation below `offset` is published or rejected."""

    generation: int
    offset: int


async def handled_offsets(connection: Connection, topic: str) -> dict[int, Handled]:
    """Return the partitions of a topic that any worker has ever had."""
    rows = await connection.fetch(*sql("handled_offsets", topic=topic))
    return {
        row["kafka_partition"]: Handled(row["generation"], row["published_offset"]) for row in rows
    }
