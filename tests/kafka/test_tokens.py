"""Tokens for brokers: asked of an OAuth endpoint, kept while they live, or signed for MSK."""

import base64
import socket

import pytest
from joserfc.jwk import RSAKey

from gridfeed.kafka.tokens import TokenError, token_provider
from gridfeed.settings import load
from tests.secured.oauth_endpoint import endpoint, oauth

SECRET = "a-long-client-secret"
SASL = {"kafka_security_protocol": "SASL_SSL"}
MSK = SASL | {"kafka_sasl_mechanism": "AWS_MSK_IAM", "kafka_aws_region": "eu-west-1"}


@pytest.fixture
def tokens(tmp_path):
    """An endpoint that knows one client."""
    (tmp_path / "oauth.key").write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    with endpoint(tmp_path / "oauth.key", {"me": SECRET}) as served:
        yield served


def provider(url, secret=SECRET):
    return token_provider(load(**SASL, **oauth(url, "me", secret)))


async def test_two_clients_of_the_same_settings_ask_for_one_token(tokens):
    first, second = provider(tokens.url), provider(tokens.url)
    assert await first.token() == await second.token()
    assert tokens.asked == [{"grant_type": ["client_credentials"], "scope": ["kafka"]}]


@pytest.mark.parametrize("lives", [-10, 0], ids=["ended", "not told"])
async def test_a_token_that_may_have_ended_is_asked_for_again(tokens, lives):
    tokens.lives = lives
    asking = provider(tokens.url)
    await asking.token()
    await asking.token()
    assert len(tokens.asked) == 2


async def test_a_token_that_a_broker_refused_is_asked_for_again(tokens):
    asking = provider(tokens.url)
    await asking.token()
    asking.forget()
    await asking.token()
    assert len(tokens.asked) == 2


async def test_a_wrong_secret_is_named_and_not_told(tokens):
    with pytest.raises(TokenError, match=r"invalid_client.*OAUTH_CLIENT_SECRET") as e:
        await provider(tokens.url, "another-secret").token()
    assert "another-secret" not in str(e.value)


async def test_an_endpoint_that_is_away_is_named():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(TokenError, match=r"127\.0\.0\.1: does not answer.*OAUTH_TOKEN_URL"):
        await provider(f"http://127.0.0.1:{port}/token").token()


async def test_a_token_for_amazon_msk_is_a_signed_address_of_its_region(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    token = await token_provider(load(**MSK)).token()
    signed = base64.urlsafe_b64decode(token + "==").decode()
    assert signed.startswith(
        "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect"
    )
    assert "a-secret" not in signed


async def test_a_machine_without_aws_credentials_is_named(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(TokenError, match="check the AWS credentials of this machine"):
        await token_provider(load(**MSK)).token()
