"""Checks the live workers, as the broker knows them, and the partitions that no worker reads."""

from collections.abc import Iterator, Mapping

from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from cli.doctor.check import Check
from gridfeed.domain.few import few
from gridfeed.kafka.topic_admin import GroupState
from gridfeed.settings import Settings

_NAME = "workers"


def look(settings: Settings, inputs: Mapping[str, int], group: GroupState | None) -> list[Check]:
    """Return the members of the workers' group, and the input partitions that no member owns.

    inputs: the number of partitions of each topic. group: the group's state from the broker.
    """
    return [_alive(settings, group), *_unread(group, inputs)]


def _alive(settings: Settings, group: GroupState | None) -> Check:
    if group is None:
        return Check(_NAME, "the broker does not say which workers are alive", is_note=True)
    if not group.assignments:
        fix = "Start `gridfeed worker`; its group is GRIDFEED_KAFKA_GROUP."
        return Check(_NAME, f"none is alive in group {settings.kafka_group}", fix)
    hosts = sorted({host for host in group.hosts if host})
    where = f" on {few(hosts)}" if hosts else ""
    return Check(_NAME, f"{len(group.assignments)} alive in group {settings.kafka_group}{where}")


def _unread(group: GroupState | None, inputs: Mapping[str, int]) -> Iterator[Check]:
    """Yield the partitions that no worker owns, if workers are alive and the broker tells."""
    if group is None or not any(group.assignments):
        return
    if not group.is_settled:
        yield Check(
            "partitions", "the workers are dividing the partitions at the moment", is_note=True
        )
        return
    owned = {
        (topic, partition)
        for assignment in group.assignments
        for topic, partitions in ConsumerProtocolMemberAssignment.decode(assignment).assignment
        for partition in partitions
    }
    free = [
        f"{topic} {partition}"
        for topic, count in inputs.items()
        for partition in range(count)
        if (topic, partition) not in owned
    ]
    seen = f"no worker reads {few(free)}" if free else "each has a worker"
    fix = (
        "Restart the workers with the same GRIDFEED_TENANTS and GRIDFEED_TOPIC_PREFIX as here; a"
        " worker finds new partitions when it starts."
    )
    yield Check("partitions", seen, fix if free else None)
