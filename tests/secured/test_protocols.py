"""Readings pass through secured brokers: sent, rolled up, looked after."""

import pytest

from tests import services
from tests.secured.brokers import Brokers
from tests.secured.installation import READS
from tests.secured.oauth_endpoint import endpoint, oauth

PASSWORD, SECRET = "a-long-password", "a-long-client-secret"


@pytest.fixture(
    params=["SASL_SSL SCRAM-SHA-512", "SASL_PLAINTEXT SCRAM-SHA-256", "SSL", "OAUTHBEARER"]
)
def identity(request, brokers: Brokers, tmp_path):
    """A new user, and the settings that it signs in with."""
    user = services.unique("user")
    protocol, _, mechanism = request.param.partition(" ")
    if mechanism:
        brokers.set_password(user, PASSWORD, mechanism)
        yield user, brokers.scram(user, PASSWORD, mechanism, protocol)
    elif protocol == "SSL":
        yield user, brokers.settings("SSL") | brokers.certificate(user, tmp_path)
    else:
        with endpoint(brokers.place / "oauth.key", {user: SECRET}) as tokens:
            yield user, brokers.settings("SASL_SSL") | oauth(tokens.url, user, SECRET)


@pytest.mark.slow
async def test_a_worker_an_import_and_doctor_work_through(identity, brokers, installation):
    user, who = identity
    brokers.grant(user, [*installation.worker_grants(), *installation.importer_grants()])
    async with installation.running(who, "worker") as log:
        await installation.succeed(who, "import", "csv", "-", "--as", "reads", given=READS)
        await installation.until_published(1, log)
        await installation.until_ready()
        printed = await installation.succeed(who, "doctor")
    assert "PROBLEM" not in printed
