"""The sign-in options of every Kafka client, built from the settings in one place."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from gridfeed.kafka.tokens import token_provider
from gridfeed.settings import BadSettingsError, Settings
from gridfeed.tls import trusting, unreadable

#: The settings that control how clients sign in to the brokers.
SIGN_IN = tuple(
    name
    for name in Settings.model_fields
    if name.startswith("kafka_")
    and name not in ("kafka_bootstrap", "kafka_group", "kafka_session_seconds")
)


def client_options(settings: Settings) -> dict[str, Any]:
    """Return the options of every aiokafka client: brokers, protocol, TLS, name and password.

    Files are read each time, so that a client that starts later gets renewed certificates.

    Raises BadSettingsError, which names every file that cannot be used.
    """
    protocol, mechanism = settings.kafka_security_protocol, settings.kafka_sasl_mechanism
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": protocol,
    }
    if protocol.endswith("SSL"):
        options["ssl_context"] = _context(settings)
    if not protocol.startswith("SASL_"):
        return options
    if mechanism in ("OAUTHBEARER", "AWS_MSK_IAM"):
        return options | {
            "sasl_mechanism": "OAUTHBEARER",
            "sasl_oauth_token_provider": token_provider(settings),
        }
    return options | {
        "sasl_mechanism": mechanism,
        "sasl_plain_username": settings.kafka_sasl_username,
        "sasl_plain_password": _secret(settings.kafka_sasl_password),
    }


def _context(settings: Settings) -> ssl.SSLContext:
    faults = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context = trusting(settings.kafka_ca_file, "GRIDFEED_KAFKA_CA_FILE")
    except BadSettingsError as error:
        faults.append(str(error))
    faults += _own_certificate(settings, context)
    if faults:
        raise BadSettingsError("\n".join(faults))
    return context


def _own_certificate(settings: Settings, context: ssl.SSLContext) -> Iterator[str]:
    """Load the client's certificate and its key into the context; yield any faults in them."""
    certificate = settings.kafka_certificate_file
    if certificate is None:
        return
    key, key_setting = settings.kafka_key_file, "GRIDFEED_KAFKA_KEY_FILE"
    if key is None:
        key, key_setting = certificate, "GRIDFEED_KAFKA_CERTIFICATE_FILE"
    texts = {}
    for path, setting in ((certificate, "GRIDFEED_KAFKA_CERTIFICATE_FILE"), (key, key_setting)):
        try:
            texts[path] = path.read_text("ascii", "replace")
        except OSError as error:
            yield unreadable(setting, path, error)
    if len(texts) < len({certificate, key}):
        return
    try:
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(certificate, key, _secret(settings.kafka_key_password) or "")
    except (ssl.SSLError, ValueError) as error:
        yield _unusable(settings, texts[certificate], (key_setting, key, texts[key]), error)


def _unusable(
    settings: Settings, certificate: str, key: tuple[str, Path, str], error: Exception
) -> str:
    setting, path, text = key
    if "BEGIN CERTIFICATE" not in certificate:
        file = str(settings.kafka_certificate_file)
        return f"GRIDFEED_KAFKA_CERTIFICATE_FILE={file!r}: holds no certificate in PEM"
    if "PRIVATE KEY" not in text:
        return f"{setting}={str(path)!r}: holds no private key in PEM; set GRIDFEED_KAFKA_KEY_FILE"
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return f"{setting}={str(path)!r}: is not the key of GRIDFEED_KAFKA_CERTIFICATE_FILE"
    if "ENCRYPTED" in text:
        what = "is not its password" if settings.kafka_key_password else "is not set"
        return f"{setting}={str(path)!r}: the key is encrypted; GRIDFEED_KAFKA_KEY_PASSWORD {what}"
    return f"{setting}={str(path)!r}: cannot be used as a key ({error})"


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()
