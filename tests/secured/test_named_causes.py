"""What is wrong with a secured broker is named, with the setting that mends it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trustme

from gridfeed.kafka.clients import consuming
from gridfeed.kafka.trouble import BrokerRefusesError
from tests import services
from tests.secured.brokers import Brokers, as_settings, own_certificate

PASSWORD = "a-long-password"


@pytest.fixture(scope="module")
def user(brokers: Brokers) -> str:
    """A SCRAM user that the broker knows and that may do nothing."""
    name = services.unique("user")
    brokers.set_password(name, PASSWORD)
    return name


async def refusal(given: dict[str, str]) -> str:
    """Return how a consumer is refused with these settings."""
    with pytest.raises(BrokerRefusesError) as caught:
        async with consuming(as_settings(given)):
            pass
    return str(caught.value)


async def test_a_wrong_password_names_user_and_setting(brokers, user):
    said = await refusal(brokers.scram(user, "another-password"))
    assert f"refuses the user '{user}' or the password; check GRIDFEED_KAFKA_SASL_PASSWORD" in said


async def test_a_mechanism_that_the_broker_does_not_take_is_named(brokers, user):
    said = await refusal(brokers.scram(user, PASSWORD, "PLAIN", "SASL_PLAINTEXT"))
    assert "does not support PLAIN; change GRIDFEED_KAFKA_SASL_MECHANISM" in said


async def test_a_ca_that_is_not_trusted_is_named(brokers, user, tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    given = brokers.scram(user, PASSWORD) | {"kafka_ca_file": str(tmp_path / "ca.pem")}
    assert "is signed by a CA that is not trusted" in (said := await refusal(given))
    assert "set GRIDFEED_KAFKA_CA_FILE" in said


async def test_a_host_name_that_the_certificate_does_not_have_is_named(brokers, user):
    elsewhere = {"kafka_bootstrap": f"127.0.0.1:{brokers.port('SASL_SSL')}"}
    said = await refusal(brokers.scram(user, PASSWORD) | elsewhere)
    assert "certificate is for another host name" in said
    assert "GRIDFEED_KAFKA_BOOTSTRAP" in said


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
async def test_tls_against_a_port_without_is_named(brokers, user, protocol):
    listener = {"SSL": brokers.open, "SASL_SSL": brokers.address("SASL_PLAINTEXT")}[protocol]
    given = brokers.scram(user, PASSWORD) if protocol == "SASL_SSL" else brokers.settings("SSL")
    said = await refusal(given | {"kafka_bootstrap": listener})
    wanted = {"SSL": "PLAINTEXT", "SASL_SSL": "SASL_PLAINTEXT"}[protocol]
    assert (
        f"does not use TLS at that port; set GRIDFEED_KAFKA_SECURITY_PROTOCOL to {wanted}," in said
    )


@pytest.mark.parametrize("listener", ["SSL", "SASL_SSL"])
async def test_no_tls_against_a_port_with_it_is_named(brokers, listener):
    said = await refusal({"kafka_bootstrap": brokers.address(listener)})
    assert "expects TLS at that port; set GRIDFEED_KAFKA_SECURITY_PROTOCOL to SSL or" in said


async def test_a_sasl_port_without_sasl_is_named(brokers):
    said = await refusal({"kafka_bootstrap": brokers.address("SASL_PLAINTEXT")})
    assert "expects SASL at that port; set GRIDFEED_KAFKA_SECURITY_PROTOCOL" in said


async def test_sasl_against_a_port_without_it_is_named(brokers, user):
    given = brokers.scram(user, PASSWORD, listener="SASL_PLAINTEXT")
    said = await refusal(given | {"kafka_bootstrap": brokers.open})
    assert "does not accept SASL at that port; change GRIDFEED_KAFKA_SECURITY_PROTOCOL" in said


async def test_a_missing_certificate_is_named(brokers):
    said = await refusal(brokers.settings("SSL"))
    assert "demands a client certificate" in said
    assert "set GRIDFEED_KAFKA_CERTIFICATE_FILE and GRIDFEED_KAFKA_KEY_FILE" in said


async def test_a_certificate_of_another_ca_is_named(brokers, tmp_path):
    stranger = own_certificate(trustme.CA(), "stranger", tmp_path)
    said = await refusal(brokers.settings("SSL") | stranger)
    assert "refuses the client certificate" in said
    assert "GRIDFEED_KAFKA_CERTIFICATE_FILE" in said


@contextmanager
def silent_port() -> Iterator[int]:
    """Give a port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_a_broker_that_is_away_is_not_called_a_refusal():
    with silent_port() as port:
        pass
    with pytest.raises(Exception, match="Unable to bootstrap") as caught:
        async with (
            asyncio.timeout(60),
            consuming(as_settings({"kafka_bootstrap": f"127.0.0.1:{port}"})),
        ):
            pass
    assert not isinstance(caught.value, BrokerRefusesError)
