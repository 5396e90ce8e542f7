"""Checks the rights that a worker with these settings needs on the brokers."""

from cli.doctor.check import Check
from gridfeed.kafka.grants import all_of_worker, missing_grants
from gridfeed.kafka.trouble import user
from gridfeed.settings import Settings


async def look(settings: Settings) -> list[Check]:
    """Return each missing grant. Raises KafkaError if no broker answers."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return []
    missing = await missing_grants(settings, all_of_worker(settings))
    fix = "If workers use this user, grant it with kafka-acls.sh (see docs/security.md)."
    return [Check("grant", f"{user(settings)} lacks {each}", fix) for each in missing]
