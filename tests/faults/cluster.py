"""Apache Kafka and TimescaleDB of one test, which may be killed and come back with their data."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.documents import ROOT

SERVICES = ROOT / ".ci" / "services"
#: Both are fetched already; starting them takes some seconds.
PATIENCE_SECONDS = 240


@dataclass
class Cluster:
    """What `.ci/services` starts in a folder."""

    folder: Path
    kafka: str = ""
    database: str = ""

    def start(self) -> None:
        """Start both and remember where they are."""
        said = self._run("start", str(self.folder))
        self.kafka = self._told(said, "GRIDFEED_TEST_KAFKA")
        self.database = self._told(said, "GRIDFEED_TEST_DATABASE_URL")

    def crash(self, name: str) -> None:
        """Kill `kafka` or `timescaledb` and start it again on its data and its port."""
        self._run("crash", name, str(self.folder))

    def stop(self) -> None:
        """Stop both and remove their data."""
        self._run("stop", str(self.folder))

    def _run(self, *words: str) -> str:
        environment = os.environ | {"GRIDFEED_CI_DATABASES": "1"}
        # Into a file: what is started keeps its ends of a pipe.
        log = self.folder.with_suffix(".log")
        with log.open("w") as output:
            subprocess.run(
                [SERVICES, *words],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE_SECONDS,
                check=True,
            )
        return log.read_text("utf-8")

    def _told(self, said: str, name: str) -> str:
        (found,) = re.findall(rf"^export {name}=(.+)$", said, re.MULTILINE)
        return str(found)
