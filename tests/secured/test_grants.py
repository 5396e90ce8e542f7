"""What ACLs grant is enough, and what they refuse is named; a worker goes on once it is granted."""

import pytest
from aiokafka.errors import TopicAuthorizationFailedError

from gridfeed.kafka.clients import producing
from gridfeed.kafka.topics import Stream, input_topic
from tests import services
from tests.secured.brokers import as_settings
from tests.secured.installation import READS

PASSWORD = "a-long-password"


@pytest.fixture
def user(brokers) -> str:
    """A user that may do nothing yet."""
    name = services.unique("user")
    brokers.set_password(name, PASSWORD)
    return name


async def test_a_producer_of_acme_writes_to_acmes_topics_alone(brokers, installation, user):
    settings = as_settings(installation.own | brokers.scram(user, PASSWORD))
    acme, other = (input_topic(settings, Stream.READS, tenant) for tenant in ("acme", "zeta"))
    await services.create_topics(brokers.open, acme, other)
    brokers.grant(user, [("WRITE", "TOPIC", acme)])
    async with producing(settings) as producer:
        await producer.send_and_wait(acme, b"a read")
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(other, b"a read")


@pytest.mark.slow
async def test_a_worker_waits_for_its_password_and_goes_on_when_it_is_set(
    brokers, installation, user
):
    brokers.grant(user, [*installation.worker_grants(), *installation.importer_grants()])
    late = brokers.scram(user, "the-new-password")
    async with installation.running(late, "worker") as log:
        await installation.until_ready(missing="check GRIDFEED_KAFKA_SASL_PASSWORD")
        brokers.set_password(user, "the-new-password")
        await installation.succeed(late, "import", "csv", "-", "--as", "reads", given=READS)
        await installation.until_published(1, log)
        await installation.until_ready()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("READ GROUP", "grant the user {} what a worker needs: Read on group "),
        ("READ meter.reads", "grant the user {} what a worker needs: Read on topic "),
        ("WRITE segments.changes", "let the user {} use the topic "),
    ],
)
async def test_a_worker_without_a_grant_names_it_and_goes_on_when_it_is_given(
    brokers, installation, user, missing, named
):
    who = brokers.scram(user, PASSWORD)
    grants = installation.worker_grants()
    lacking = [each for each in grants if is_of(each, missing)]
    brokers.grant(user, [each for each in grants if each not in lacking])
    brokers.grant(user, installation.importer_grants())
    async with installation.running(who, "worker") as log:
        await installation.until_ready(missing=f"does not {named.format(repr(user))}")
        brokers.grant(user, lacking)
        await installation.succeed(who, "import", "csv", "-", "--as", "reads", given=READS)
        await installation.until_published(1, log)
        await installation.until_ready()


def is_of(grant: tuple[str, str, str], missing: str) -> bool:
    operation, _, what = missing.partition(" ")
    return grant[0] == operation and (grant[1] == what or grant[2].endswith(what))


async def test_doctor_names_each_grant_that_a_worker_lacks(brokers, installation, user):
    brokers.grant(user, [each for each in installation.worker_grants() if each[0] == "READ"])
    code, printed = await installation.run(brokers.scram(user, PASSWORD), "doctor")
    assert code == 1
    for name in installation.outputs:
        assert f"PROBLEM grant: the user '{user}' lacks Write on topic {name}" in printed
    assert "lacks Read" not in printed


async def test_doctor_names_a_refused_password(brokers, installation, user):
    code, printed = await installation.run(brokers.scram(user, "another-password"), "doctor")
    assert code == 1
    assert f"refuses the user '{user}' or the password" in printed
    assert "fix: check GRIDFEED_KAFKA_SASL_PASSWORD" in printed
