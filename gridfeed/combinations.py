"""Checks combinations of security settings: finds missing and ineffective ones."""

from collections.abc import Iterator, Mapping, Sequence

#: The settings that are set, by name in lower case.
Given = Mapping[str, object]

_REGISTRY = "schema_registry_"
_PASSWORD = ("kafka_sasl_username", "kafka_sasl_password")
_OAUTH = ("kafka_oauth_token_url", "kafka_oauth_client_id", "kafka_oauth_client_secret")
_TLS = ("kafka_ca_file", "kafka_certificate_file", "kafka_key_file", "kafka_key_password")
_KEY = ("kafka_key_file", "kafka_key_password")
#: The settings that each mechanism needs.
_NEEDS: Mapping[str, Sequence[str]] = {
    "PLAIN": _PASSWORD,
    "SCRAM-SHA-256": _PASSWORD,
    "SCRAM-SHA-512": _PASSWORD,
    "OAUTHBEARER": _OAUTH,
    "AWS_MSK_IAM": ("kafka_aws_region",),
}
#: The optional settings that each mechanism uses.
_MAY: Mapping[str, Sequence[str]] = {"OAUTHBEARER": ("kafka_oauth_scope",)}
_BY_MECHANISM = (*_PASSWORD, *_OAUTH, "kafka_oauth_scope", "kafka_aws_region")


def contradictions(given: Given) -> list[str]:
    """Return a line for each security setting that is missing or has no effect."""
    return [*_sasl(given), *_tls(given), *_registry(given)]


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"GRIDFEED_{name.upper()}"


def _sasl(given: Given) -> Iterator[str]:
    protocol = str(given.get("kafka_security_protocol", "PLAINTEXT"))
    mechanism = given.get("kafka_sasl_mechanism")
    if not protocol.startswith("SASL_"):
        for name in ("kafka_sasl_mechanism", *_BY_MECHANISM):
            if name in given:
                yield _idle(name, "GRIDFEED_KAFKA_SECURITY_PROTOCOL", protocol, "SASL_SSL")
        return
    if mechanism is None:
        choices = ", ".join(_NEEDS)
        yield f"GRIDFEED_KAFKA_SASL_MECHANISM is not set: {protocol} needs one of {choices}"
        return
    needs = _NEEDS[str(mechanism)]
    for name in needs:
        if name not in given:
            yield f"{variable(name)} is not set: GRIDFEED_KAFKA_SASL_MECHANISM={mechanism} needs it"
    for name in _BY_MECHANISM:
        if name in given and name not in (*needs, *_MAY.get(str(mechanism), ())):
            yield _idle(name, "GRIDFEED_KAFKA_SASL_MECHANISM", str(mechanism), _users(name))
    if mechanism == "AWS_MSK_IAM" and protocol != "SASL_SSL":
        yield (
            f"GRIDFEED_KAFKA_SECURITY_PROTOCOL={protocol}: AWS_MSK_IAM signs in over TLS only;"
            " set SASL_SSL"
        )


def _tls(given: Given) -> Iterator[str]:
    protocol = str(given.get("kafka_security_protocol", "PLAINTEXT"))
    # The certificate of a token endpoint may be issued by the same CA.
    used = ("kafka_ca_file",) if given.get("kafka_sasl_mechanism") == "OAUTHBEARER" else ()
    if not protocol.endswith("SSL"):
        wanted = "SASL_SSL" if protocol.startswith("SASL_") else "SSL"
        for name in _TLS:
            if name in given and name not in used:
                yield _idle(name, "GRIDFEED_KAFKA_SECURITY_PROTOCOL", protocol, wanted)
    elif "kafka_certificate_file" not in given:
        for name in _KEY:
            if name in given:
                yield f"{variable(name)} is set without GRIDFEED_KAFKA_CERTIFICATE_FILE"


def _registry(given: Given) -> Iterator[str]:
    user, password, token = (f"{_REGISTRY}{name}" for name in ("username", "password", "token"))
    if "schema_registry_url" not in given:
        for name in (user, password, token, f"{_REGISTRY}ca_file"):
            if name in given:
                yield f"{variable(name)} has no effect without GRIDFEED_SCHEMA_REGISTRY_URL"
        return
    if (user in given) != (password in given):
        there, missing = (user, password) if user in given else (password, user)
        yield f"{variable(there)} is set without {variable(missing)}"
    if token in given and (user in given or password in given):
        yield (
            f"{variable(token)} and {variable(user)} are both set: the registry takes a token"
            " or a user name; unset one"
        )


def _idle(name: str, because: str, value: str, wanted: str) -> str:
    return f"{variable(name)} has no effect under {because}={value}: set {wanted}, or unset it"


def _users(name: str) -> str:
    users = [each for each, needs in _NEEDS.items() if name in (*needs, *_MAY.get(each, ()))]
    return " or ".join(users)
