"""No process logs a password, a key's password, a client secret or a token, also not at DEBUG."""

import pytest
from aiokafka import AIOKafkaProducer
from cryptography.hazmat.primitives import serialization

from gridfeed.kafka.topics import Stream, input_topic
from tests.avro import registry_server
from tests.secured.brokers import as_settings
from tests.secured.installation import READS, text_of
from tests.secured.oauth_endpoint import endpoint, oauth

CLIENT, SECRET = "a-client", "client+secret/of=oauth"
#: The one user of PLAIN that the broker knows.
PLAIN = ("plain", "plain-password")
LOCK, TOKEN, REGISTRY, DATABASE = (
    "lock-of-key",
    "registry-token",
    "registry-password",
    "db-password",
)


@pytest.fixture
def with_plain(brokers, installation, tmp_path):
    """A password, an encrypted key and a registry's password, with all that is secret in them."""
    brokers.grant(PLAIN[0], [*installation.worker_grants(), *installation.importer_grants()])
    own = brokers.certificate("a-client", tmp_path)
    lock(own["kafka_key_file"])
    given = brokers.scram(*PLAIN, "PLAIN") | own | {"kafka_key_password": LOCK}
    registry = {"schema_registry_username": "me", "schema_registry_password": REGISTRY}
    return given | registry, lambda: [PLAIN[1], LOCK, REGISTRY]


@pytest.fixture
def with_oauth(brokers, installation):
    """A client secret and a registry's token, with all that is secret in them."""
    brokers.grant(CLIENT, [*installation.worker_grants(), *installation.importer_grants()])
    with endpoint(brokers.place / "oauth.key", {CLIENT: SECRET}) as tokens:
        given = brokers.settings("SASL_SSL") | oauth(tokens.url, CLIENT, SECRET)
        yield given | {"schema_registry_token": TOKEN}, lambda: [SECRET, TOKEN, *tokens.given]


def lock(path: str) -> None:
    """Encrypt a key where it lies."""
    with open(path, "rb+") as file:  # noqa: PTH123
        key = serialization.load_pem_private_key(file.read(), None)
        file.seek(0)
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(LOCK.encode()),
            )
        )


@pytest.mark.slow
@pytest.mark.parametrize("identity", ["with_plain", "with_oauth"])
async def test_no_process_at_debug_tells_a_secret(identity, brokers, installation, request):
    given, secrets = request.getfixturevalue(identity)
    with registry_server.running() as registry:
        who = given | {
            "schema_registry_url": registry.url.replace("//", f"//other:{REGISTRY}@"),
            "database_url": with_password(installation.own["database_url"], brokers),
            "log_level": "DEBUG",
        }
        async with installation.running(who, "worker") as log:
            printed = await installation.succeed(
                who, "import", "csv", "-", "--as", "reads", given=READS
            )
            await send_confluent(brokers, installation)
            await installation.until_published(1, log)
            printed += (await installation.run(who, "doctor"))[1]
            printed += (await installation.run(who, "topics"))[1]
        async with installation.running(who | {"api_port": "0"}, "serve") as served:
            await installation.until_logged(served, "startup complete")
        printed += text_of(log) + text_of(served)
    assert registry.asked
    assert "aiokafka" in printed
    assert [each for each in [*secrets(), DATABASE] if each in printed] == []


def with_password(url: str, brokers) -> str:
    """Return the database's URL with a password, which it does not ask for, and over TLS."""
    place = url.replace("//postgres@127.0.0.1", f"//postgres:{DATABASE}@localhost")
    return f"{place}?sslmode=verify-full&sslrootcert={brokers.ca}"


async def send_confluent(brokers, installation) -> None:
    """Send a message whose schema only the registry knows."""
    topic = input_topic(as_settings(installation.own), Stream.READS)
    async with AIOKafkaProducer(bootstrap_servers=brokers.open) as producer:
        await producer.send_and_wait(topic, b"\x00\x00\x00\x00\x07body", key=b"delta-1")
