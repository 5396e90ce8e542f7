"""Tokens for brokers with OAUTHBEARER: from an OAuth endpoint, or signed for Amazon MSK."""

import asyncio
import ssl
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import httpx
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import OAuth2Token  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import prepare_token_request  # type: ignore[import-untyped]

from gridfeed.settings import BadSettingsError, Settings

#: How long the endpoint may take to answer.
ENDPOINT_SECONDS = 10.0
#: A token is renewed this long before it expires, or after four fifths of a shorter life.
LEEWAY_SECONDS = 60


class TokenError(KafkaError):  # type: ignore[misc]
    """No token could be obtained; says why and which setting to change. Later it may succeed."""


class EndpointTokens(AbstractTokenProvider):  # type: ignore[misc]
    """Tokens of an OAuth 2.0 endpoint for the configured client credentials (RFC 6749, 4.4).

    Clients in several event loops share this object, so it keeps no connection open.
    """

    def __init__(self, settings: Settings) -> None:
        """Keep the settings; the first token is requested when it is needed."""
        self._settings = settings
        self._token: OAuth2Token | None = None

    async def token(self) -> str:
        """Return a token that is still valid for a while. Raises TokenError."""
        if self._token is None or _is_stale(self._token):
            self._token = await self._fetch()
        return str(self._token["access_token"])

    def forget(self) -> None:
        """Request a new token next time, because a broker refused this one."""
        self._token = None

    async def _fetch(self) -> OAuth2Token:
        settings = self._settings
        secret = settings.kafka_oauth_client_secret
        auth = ClientAuth(
            settings.kafka_oauth_client_id, secret.get_secret_value() if secret else ""
        )
        body = prepare_token_request("client_credentials", scope=settings.kafka_oauth_scope or None)
        headers = {"Accept": "application/json", "Content-Type": _FORM}
        url, headers, body = auth.prepare(
            "POST", str(settings.kafka_oauth_token_url), headers, body
        )
        try:
            async with httpx.AsyncClient(
                verify=_endpoint_context(settings), timeout=ENDPOINT_SECONDS
            ) as client:
                answer = await client.post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise self._unreached(error) from error
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> OAuth2Token:
        try:
            said = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, dict):
            said = {}
        if answer.status_code in (400, 401, 403):
            raise TokenError(
                f"OAuth endpoint: refuses the client with status {answer.status_code}"
                f" ({said.get('error', 'no reason given')}); check GRIDFEED_KAFKA_OAUTH_CLIENT_ID,"
                " GRIDFEED_KAFKA_OAUTH_CLIENT_SECRET and GRIDFEED_KAFKA_OAUTH_SCOPE"
            )
        if not answer.is_success or not isinstance(said.get("access_token"), str):
            raise TokenError(
                f"OAuth endpoint: answers with status {answer.status_code} and no token;"
                " check GRIDFEED_KAFKA_OAUTH_TOKEN_URL"
            )
        return OAuth2Token.from_dict(said)

    def _unreached(self, error: httpx.HTTPError) -> TokenError:
        host = httpx.URL(str(self._settings.kafka_oauth_token_url)).host
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            why = f"its certificate is not trusted ({error}); check GRIDFEED_KAFKA_CA_FILE"
        else:
            why = f"does not answer ({type(error).__name__}); check GRIDFEED_KAFKA_OAUTH_TOKEN_URL"
        return TokenError(f"OAuth endpoint {host}: {why}")


class MskTokens(AbstractTokenProvider):  # type: ignore[misc]
    """Tokens for Amazon MSK, signed with this machine's AWS credentials, each for one sign-in."""

    def __init__(self, region: str) -> None:
        """Take the cluster's region. Raises BadSettingsError if the library is missing."""
        self._region = region
        self._sign, self._refused = _msk_signer()

    async def token(self) -> str:
        """Return a new token. Raises TokenError if there are no AWS credentials."""
        loop = asyncio.get_running_loop()
        # Getting credentials may ask a service of the machine, which blocks.
        try:
            async with asyncio.timeout(ENDPOINT_SECONDS):
                token, _ = await loop.run_in_executor(None, self._sign, self._region)
        # Without credentials, the signer reads an attribute of None.
        except (ValueError, OSError, AttributeError, self._refused) as error:
            raise TokenError(
                f"AWS: no token for Amazon MSK ({error}); check the AWS credentials of this machine"
                " and GRIDFEED_KAFKA_AWS_REGION"
            ) from error
        return token


def token_provider(settings: Settings) -> AbstractTokenProvider:
    """Return the token provider of these settings; their clients share it.

    Raises BadSettingsError if the library for Amazon MSK is missing.
    """
    if settings.kafka_sasl_mechanism == "AWS_MSK_IAM":
        return MskTokens(settings.kafka_aws_region or "")
    return _endpoint_tokens(settings)


_FORM = "application/x-www-form-urlencoded"


@cache
def _endpoint_tokens(settings: Settings) -> EndpointTokens:
    return EndpointTokens(settings)


def _msk_signer() -> tuple[Callable[[str], tuple[str, int]], type[Exception]]:
    try:
        signer: Any = import_module("aws_msk_iam_sasl_signer.MSKAuthTokenProvider")
    except ModuleNotFoundError:
        raise BadSettingsError(
            "GRIDFEED_KAFKA_SASL_MECHANISM=AWS_MSK_IAM: its library is not installed;"
            " run pip install 'gridfeed[msk]'"
        ) from None
    return signer.generate_auth_token, signer.botocore.exceptions.BotoCoreError


def _endpoint_context(settings: Settings) -> ssl.SSLContext:
    """Trust the system's CAs and the brokers' CA: the endpoint may have a certificate of either."""
    context = ssl.create_default_context()
    if settings.kafka_ca_file is not None:
        context.load_verify_locations(settings.kafka_ca_file)
    return context


def _is_stale(token: OAuth2Token) -> bool:
    leeway = min(LEEWAY_SECONDS, int(token.get("expires_in") or 0) // 5)
    # None: the endpoint did not say how long the token is valid.
    return token.is_expired(leeway=leeway) is not False
