"""Batches as the official Java client compresses them, on Apache Kafka."""

import asyncio
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from gridfeed.kafka.topics import Stream, input_topic
from tests.conftest import CHOICE
from tests.e2e.producers import CODECS
from tests.e2e.system import System
from tests.services import EMBEDDED

CACHE = Path(os.environ.get("GRIDFEED_CI_CACHE", Path.home() / ".cache" / "gridfeed-ci"))
LINES = [f"no Avro, line {n} of one batch that Java compressed" for n in range(200)]


@pytest.fixture
def java(request: pytest.FixtureRequest) -> list[str]:
    """The command of Kafka's console producer, with the jars that `.ci/services` keeps."""
    choice = request.config.stash[CHOICE]
    jars = sorted(CACHE.glob("kafka-*/kafka-clients-*.jar"))
    if choice.kafka == EMBEDDED or not (jars and shutil.which("java")):
        assert not choice.real, f"no Java or no kafka-clients.jar in {CACHE}: .ci/services start"
        pytest.skip("needs Apache Kafka, Java and the jars of `.ci/services start`")
    return ["java", "-cp", f"{jars[0].parent}/*", "kafka.tools.ConsoleProducer"]


@pytest.mark.parametrize("codec", CODECS)
async def test_200_lines_that_java_compressed_are_read_byte_for_byte(
    running: System, java: list[str], codec: str
) -> None:
    topic = input_topic(running.settings, Stream.TELEMETRY)
    where = ["--bootstrap-server", running.settings.kafka_bootstrap, "--topic", topic]
    sent = [f"{codec}: {line}" for line in LINES]
    await asyncio.to_thread(
        subprocess.run,
        [*java, *where, "--compression-codec", codec],
        input="\n".join(sent),
        text=True,
        check=True,
        timeout=120,
    )

    def of_codec(letters: list[object]) -> list[bytes]:
        values = [each.value for each in letters]  # type: ignore[attr-defined]
        return [value for value in values if value.startswith(codec.encode())]

    letters = await running.dead_letters(lambda found: len(of_codec(found)) >= len(sent))
    assert Counter(of_codec(letters)) == Counter(line.encode() for line in sent)
