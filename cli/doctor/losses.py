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
        return [Check(_NAME, "no message left its log unhandled, or all are acknowledged")]
    count = sum(each.offsets for each in lost)
    places = [
        f"{each.topic}[{each.kafka_partition}] {each.first_offset} to {each.last_offset}"
        for each in lost
    ]
    seen = f"up to {count} messages left the log before they were handled: {few(places)}"
    fix = (
        "Raise retention.ms of the topic and see why the workers were behind; `gridfeed losses`"
        " shows which times may lack samples. Have them sent again, then run"
        " `gridfeed losses --acknowledge ID --who NAME`."
    )
    return [Check(_NAME, seen, fix)]
