"""Checks for messages that left the log before a worker had handled them."""

from cli import session
from cli.doctor.check import Check
from gridfeed.domain.few import few
from gridfeed.settings import Settings
from gridfeed.storage.lost import lost_stretches

_NAME = "losses"


async def look(settings: Settings) -> list[Check]:
    """Return a problem as long as there is a lost stretch that nobody has acknowledged."""
    async with session.connected(settings) as connection:
        lost = await lost_stretches(connection, acknowledged=False)
    if not lost:
        return [
            Check(
                _NAME, "no message was deleted before it was handled, or every loss is acknowledged"
            )
        ]
    count = sum(each.offsets for each in lost)
    places = [
        f"{each.topic}[{each.kafka_partition}] {each.first_offset} to {each.last_offset}"
        for each in lost
    ]
    seen = f"up to {count} messages were deleted before they were handled: {few(places)}"
    fix = (
        "Raise retention.ms of the topic, and find out why the workers were behind. `gridfeed"
        " losses` shows the times that may lack samples. Let the sender send them again, then run"
        " `gridfeed losses --acknowledge ID --who NAME`."
    )
    return [Check(_NAME, seen, fix)]
