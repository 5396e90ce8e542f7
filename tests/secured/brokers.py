"""The secured listeners of a real Apache Kafka, and what its administrator does for a test."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import trustme
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from gridfeed.settings import Settings

SCRAM = {
    "SCRAM-SHA-256": ScramMechanism.SCRAM_SHA_256,
    "SCRAM-SHA-512": ScramMechanism.SCRAM_SHA_512,
}
#: How long the broker may take until it goes by what its controller has noted.
PATIENCE_SECONDS = 60
#: librdkafka would print each refusal before the broker knows the password.
SILENT = logging.getLogger("silent")
SILENT.disabled = True
#: An operation on a resource of a kind and name, such as ("READ", "TOPIC", "scada.telemetry").
Grant = tuple[str, str, str]


@dataclass(frozen=True)
class Brokers:
    """place: the folder of `.ci/services`; open: the listener where everybody may do everything."""

    place: Path
    open: str

    def address(self, listener: str) -> str:
        """Return where a listener is reached by the name that its certificate has."""
        return f"localhost:{self.port(listener)}"

    def port(self, listener: str) -> int:
        """Return the port of a listener, such as SASL_SSL."""
        return int((self.place / f"{listener}.port").read_text())

    @property
    def ca(self) -> Path:
        """The CA that signed the brokers' certificate."""
        return self.place / "ca.pem"

    def settings(self, listener: str) -> dict[str, str]:
        """Return the settings that reach a listener, without who we are."""
        found = {"kafka_bootstrap": self.address(listener), "kafka_security_protocol": listener}
        return found | ({"kafka_ca_file": str(self.ca)} if listener.endswith("SSL") else {})

    def scram(
        self,
        user: str,
        password: str,
        mechanism: str = "SCRAM-SHA-512",
        listener: str = "SASL_SSL",
    ) -> dict[str, str]:
        """Return the settings of a SCRAM user; the user is not made."""
        return self.settings(listener) | {
            "kafka_sasl_mechanism": mechanism,
            "kafka_sasl_username": user,
            "kafka_sasl_password": password,
        }

    def certificate(self, user: str, directory: Path) -> dict[str, str]:
        """Return the settings of a new certificate that the brokers' CA has signed."""
        ca = trustme.CA.from_pem(self.ca.read_bytes(), (self.place / "ca.key").read_bytes())
        return own_certificate(ca, user, directory)

    def set_password(self, user: str, password: str, mechanism: str = "SCRAM-SHA-512") -> None:
        """Make a SCRAM user, or change its password; return once the broker accepts it."""
        info = ScramCredentialInfo(SCRAM[mechanism], 4096)
        change = UserScramCredentialUpsertion(user, info, password.encode())
        admin = self._admin()
        for done in admin.alter_user_scram_credentials([change]).values():
            done.result()
        signing_in = {
            "bootstrap.servers": self.address("SASL_SSL"),
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": str(self.ca),
            "sasl.mechanism": mechanism,
            "sasl.username": user,
            "sasl.password": password,
        }
        AdminClient(signing_in, logger=SILENT).list_topics(timeout=PATIENCE_SECONDS)

    def grant(self, user: str, grants: Iterable[Grant]) -> None:
        """Let a user do something; return once the broker lets it."""
        admin = self._admin()
        wanted = [_binding(user, *each) for each in grants]
        for done in admin.create_acls(wanted).values():
            done.result()
        by = time.monotonic() + PATIENCE_SECONDS
        while not set(wanted) <= set(admin.describe_acls(_bindings_of(user)).result()):
            assert time.monotonic() < by, f"the broker does not know what {user} may do"
            time.sleep(0.05)  # it answers when asked

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.open})


def own_certificate(ca: trustme.CA, user: str, directory: Path) -> dict[str, str]:
    """Return the settings of a new certificate of a CA, in files of their own."""
    # Without a host name its list of names is empty, which Java takes for a fault.
    issued = ca.issue_cert(f"{user}.example", common_name=user)
    files = {
        "kafka_certificate_file": directory / "own.pem",
        "kafka_key_file": directory / "own.key",
    }
    issued.cert_chain_pems[0].write_to_path(files["kafka_certificate_file"])
    issued.private_key_pem.write_to_path(files["kafka_key_file"])
    return {name: str(path) for name, path in files.items()}


def as_settings(given: dict[str, str]) -> Settings:
    """Return settings as the environment would set them."""
    return Settings(**given)  # type: ignore[arg-type]


def as_environment(given: dict[str, str]) -> dict[str, str]:
    """Return the variables of settings."""
    return {f"GRIDFEED_{name.upper()}": text for name, text in given.items()}


def _bindings_of(user: str) -> AclBindingFilter:
    return AclBindingFilter(
        ResourceType.ANY,
        None,
        ResourcePatternType.ANY,
        f"User:{user}",
        None,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )


def _binding(user: str, operation: str, kind: str, name: str) -> AclBinding:
    return AclBinding(
        ResourceType[kind],
        name,
        ResourcePatternType.LITERAL,
        f"User:{user}",
        "*",
        AclOperation[operation],
        AclPermissionType.ALLOW,
    )
