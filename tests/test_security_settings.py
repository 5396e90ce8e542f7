"""Security settings that do not fit together, or whose files cannot be used, stop the start."""

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from gridfeed.kafka.security import client_options
from gridfeed.settings import BadSettingsError, load

SCRAM = {
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "KAFKA_SASL_USERNAME": "me",
    "KAFKA_SASL_PASSWORD": "a-long-password",
}
OAUTH = {
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "OAUTHBEARER",
    "KAFKA_OAUTH_TOKEN_URL": "https://login.example/token",
    "KAFKA_OAUTH_CLIENT_ID": "me",
    "KAFKA_OAUTH_CLIENT_SECRET": "a-long-secret",
}


@pytest.fixture
def given(monkeypatch):
    """A function that sets variables and returns the faults, a line each."""

    def faults(**variables):
        for name, text in variables.items():
            monkeypatch.setenv(f"GRIDFEED_{name}", str(text))
        try:
            client_options(load())
        except BadSettingsError as error:
            return str(error).splitlines()
        return []

    return faults


@pytest.fixture
def files(tmp_path):
    """A CA, a certificate of it with its key in the clear and encrypted, and another key."""
    ca = trustme.CA()
    mine, other = ca.issue_cert("me.example"), ca.issue_cert("other.example")
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    mine.cert_chain_pems[0].write_to_path(tmp_path / "own.pem")
    mine.private_key_pem.write_to_path(tmp_path / "own.key")
    other.private_key_pem.write_to_path(tmp_path / "other.key")
    key = serialization.load_pem_private_key(mine.private_key_pem.bytes(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"key-password"),
    )
    (tmp_path / "locked.key").write_bytes(locked)
    return tmp_path


@pytest.mark.parametrize("variables", [SCRAM, OAUTH, {}], ids=["SCRAM", "OAUTHBEARER", "nothing"])
def test_settings_that_are_whole_are_accepted(given, variables):
    assert given(**variables) == []


@pytest.mark.parametrize("name", [*SCRAM, *OAUTH])
def test_without_any_one_of_them_the_missing_or_idle_setting_is_named(given, name):
    whole = SCRAM if name in SCRAM and name not in OAUTH else OAUTH
    named = " ".join(given(**{each: text for each, text in whole.items() if each != name}))
    assert f"GRIDFEED_{name}" in named


def test_all_faults_are_told_at_once(given):
    said = given(KAFKA_SASL_USERNAME="me", KAFKA_CA_FILE="/ca.pem", SCHEMA_REGISTRY_TOKEN="secret")
    names = ("KAFKA_SASL_USERNAME", "KAFKA_CA_FILE", "SCHEMA_REGISTRY_TOKEN")
    assert [line.split(" has no effect")[0] for line in said] == [f"GRIDFEED_{n}" for n in names]


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"KAFKA_KEY_FILE": "/own.key"}, "is set without GRIDFEED_KAFKA_CERTIFICATE_FILE"),
        ({"KAFKA_SASL_MECHANISM": "PLAIN"}, "under GRIDFEED_KAFKA_SECURITY_PROTOCOL=SSL: set"),
        ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, "Input should be 'PLAINTEXT', 'SSL',"),
    ],
)
def test_a_combination_without_sense_says_what_is_accepted(given, variables, fault):
    (line,) = given(**{"KAFKA_SECURITY_PROTOCOL": "SSL"} | variables)
    assert fault in line


def test_a_registry_takes_a_token_or_a_user_name(given):
    (line,) = given(
        SCHEMA_REGISTRY_URL="http://registry",
        SCHEMA_REGISTRY_TOKEN="a-token",
        SCHEMA_REGISTRY_USERNAME="me",
        SCHEMA_REGISTRY_PASSWORD="a-password",
    )
    assert "unset one" in line


@pytest.mark.parametrize(
    ("key", "password", "fault"),
    [
        ("own.key", None, None),
        ("locked.key", "key-password", None),
        ("locked.key", "wrong", "GRIDFEED_KAFKA_KEY_PASSWORD is not its password"),
        ("locked.key", None, "GRIDFEED_KAFKA_KEY_PASSWORD is not set"),
        ("other.key", None, "is not the key of GRIDFEED_KAFKA_CERTIFICATE_FILE"),
        ("ca.pem", None, "holds no private key in PEM"),
        ("none.key", None, "cannot be read: No such file"),
    ],
)
def test_a_key_that_cannot_be_used_is_named_with_the_reason(given, files, key, password, fault):
    said = given(
        KAFKA_SECURITY_PROTOCOL="SSL",
        KAFKA_CERTIFICATE_FILE=files / "own.pem",
        KAFKA_KEY_FILE=files / key,
        **({} if password is None else {"KAFKA_KEY_PASSWORD": password}),
    )
    assert fault in said[0] if fault else said == []
    assert "wrong" not in " ".join(said)


def test_every_file_that_cannot_be_used_is_named_at_once(given, files):
    said = given(
        KAFKA_SECURITY_PROTOCOL="SSL",
        KAFKA_CA_FILE=files / "own.key",
        KAFKA_CERTIFICATE_FILE=files / "gone.pem",
    )
    assert ["KAFKA_CA_FILE" in said[0], "KAFKA_CERTIFICATE_FILE" in said[1]] == [True, True]
    assert "holds no certificate in PEM" in said[0]


def test_no_secret_stands_in_a_fault(given):
    said = " ".join(given(**SCRAM, KAFKA_KEY_PASSWORD="key-password", KAFKA_OAUTH_SCOPE="x"))
    assert "GRIDFEED_KAFKA_KEY_PASSWORD" in said
    assert "a-long-password" not in said
    assert "key-password" not in said
