"""Says in words why a broker refuses a client, and which setting or grant helps."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnsupportedSaslMechanismError,
)

from gridfeed.kafka.tokens import TokenError
from gridfeed.settings import Settings

#: OpenSSL's error numbers for a certificate of another host name or of another address.
_OTHER_HOST = (62, 64)
_EXPIRED = 10
#: The resource that each ACL error is about.
_GRANTED: Mapping[type[KafkaError], str] = {
    TopicAuthorizationFailedError: "the topic",
    GroupAuthorizationFailedError: "the group",
    ClusterAuthorizationFailedError: "the cluster",
    TransactionalIdAuthorizationFailed: "the transactional id",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a broker refuses the client, and what to change."""

    seen: str
    fix: str

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.seen}; {self.fix}"


class BrokerRefusesError(KafkaError):  # type: ignore[misc]
    """A broker is reachable but refuses the client, until somebody corrects the cause."""

    def __init__(self, cause: Cause) -> None:
        """Keep the cause."""
        super().__init__(str(cause))
        self.cause = cause

    def __str__(self) -> str:
        """Return the cause and what to change."""
        return f"broker: {self.cause}"


def cause_in(error: BaseException, settings: Settings) -> Cause | None:
    """Return the cause that an error or a chained error tells; None if none does."""
    causes = (_cause(each, settings) for each in _chain(error))
    return next(filter(None, causes), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    # An error that is raised from itself is its own cause.
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _cause(error: BaseException, settings: Settings) -> Cause | None:
    if isinstance(error, BrokerRefusesError):
        return error.cause
    if isinstance(error, TokenError):
        seen, _, fix = str(error.args[0]).rpartition("; ")
        return Cause(seen, fix)
    if isinstance(error, ssl.SSLError):
        return _tls(error, settings)
    if isinstance(error, KafkaError):
        return _sign_in(error, settings) or grant_cause(error, user(settings))
    return None


def _tls(error: ssl.SSLError, settings: Settings) -> Cause | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _OTHER_HOST:
            return Cause(
                f"its certificate is for another host name ({error.verify_message})",
                "use the certificate's host name in GRIDFEED_KAFKA_BOOTSTRAP and in the brokers'"
                " advertised.listeners",
            )
        if error.verify_code == _EXPIRED:
            return Cause("its certificate has expired", "renew the broker's certificate")
        return Cause(
            f"its certificate is signed by a CA that is not trusted ({error.verify_message})",
            "set GRIDFEED_KAFKA_CA_FILE to the PEM file of that CA",
        )
    if "ALERT" not in (error.reason or ""):
        return None
    if settings.kafka_certificate_file is None:
        return Cause(
            f"demands a client certificate ({error.reason})",
            "set GRIDFEED_KAFKA_CERTIFICATE_FILE and GRIDFEED_KAFKA_KEY_FILE",
        )
    return Cause(
        f"refuses the client certificate ({error.reason})",
        "set GRIDFEED_KAFKA_CERTIFICATE_FILE to a certificate from a CA that the brokers trust",
    )


def _sign_in(error: KafkaError, settings: Settings) -> Cause | None:
    mechanism = settings.kafka_sasl_mechanism
    if isinstance(error, UnsupportedSaslMechanismError):
        return Cause(f"does not support {mechanism}", "change GRIDFEED_KAFKA_SASL_MECHANISM")
    if isinstance(error, IllegalSaslStateError):
        return Cause("does not accept SASL at that port", "change GRIDFEED_KAFKA_SECURITY_PROTOCOL")
    if not isinstance(error, SaslAuthenticationFailed):
        return None
    if mechanism == "OAUTHBEARER":
        return Cause(
            "refuses the token of the OAuth endpoint",
            "check GRIDFEED_KAFKA_OAUTH_TOKEN_URL, GRIDFEED_KAFKA_OAUTH_SCOPE"
            " and which issuer the broker trusts",
        )
    if mechanism == "AWS_MSK_IAM":
        return Cause(
            "refuses the AWS credentials of this machine",
            "check their policy and GRIDFEED_KAFKA_AWS_REGION",
        )
    return Cause(
        f"refuses the user {settings.kafka_sasl_username!r} or the password",
        "check GRIDFEED_KAFKA_SASL_PASSWORD and GRIDFEED_KAFKA_SASL_USERNAME",
    )


def grant_cause(error: KafkaError, who: str) -> Cause | None:
    """Return the grant that the error says is missing; None for any other error.

    who: the name of the client in the sentence.
    """
    told = " " + ", ".join(sorted(_names(error.args[0]))) if error.args else ""
    what = _GRANTED.get(type(error))
    if what is None:
        return None
    return Cause(
        f"does not let {who} use {what}{told}",
        "grant it with kafka-acls.sh (see docs/security.md)",
    )


def _names(told: object) -> set[str]:
    return {str(each) for each in told} if isinstance(told, set | frozenset) else {str(told)}


def user(settings: Settings) -> str:
    """Return in words as whom the brokers know this client."""
    if settings.kafka_sasl_username:
        return f"the user {settings.kafka_sasl_username!r}"
    if settings.kafka_sasl_mechanism == "OAUTHBEARER":
        return f"the client {settings.kafka_oauth_client_id!r}"
    if settings.kafka_certificate_file:
        return f"the owner of {settings.kafka_certificate_file.name}"
    return "this user"
