"""`gridfeed up` as a person runs it: a process, its lines, its descendants."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

COMMAND = [str(Path(sys.executable).with_name("gridfeed"))]
START_SECONDS = 60
EMPTY = ("--json", "--no-demo-data", "--port", "0")


@dataclass
class Up:
    """A running `gridfeed up`; `said` is its standard error, on a file."""

    process: "subprocess.Popen[str]"
    said: IO[str]

    def ready(self) -> dict[str, str]:
        """Return its one line, parsed, once it printed it."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, f"it ended without a line:\n{self.words()}"
        answer: dict[str, str] = json.loads(line)
        return answer

    def text_until(self, words: str) -> str:
        """Return what it prints down to a line that holds the words."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if words in line:
                break
        return "".join(lines)

    def words(self) -> str:
        """Return what it has said on standard error."""
        self.said.seek(0)
        return self.said.read()

    def wait_for(self, words: str) -> None:
        """Wait until it has said that."""
        deadline = time.monotonic() + START_SECONDS
        while words not in self.words():
            assert time.monotonic() < deadline, self.words()
            assert self.process.poll() is None, self.words()
            time.sleep(0.05)

    def family(self) -> list[psutil.Process]:
        """Return every process that it has started and that runs now."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """Return the child whose command line holds the word."""
        return next(p for p in self.family() if word in " ".join(p.cmdline()))

    def stop(self, number: signal.Signals) -> int:
        """Send a signal; return the exit code, which it must give within a minute."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def up(*options: str, **environment: str) -> Iterator[Up]:
    """Run `gridfeed up` with an environment free of settings but those given."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GRIDFEED_")}
    with (
        tempfile.TemporaryFile("w+") as said,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory,
    ):
        process = subprocess.Popen(
            [*COMMAND, "up", *options],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env=kept | environment | {"TMPDIR": directory},
        )
        try:
            yield Up(process, said)
        except BaseException:
            for log in Path(directory).rglob("*.log"):
                print(f"--- {log.name}", log.read_text(errors="replace")[-20_000:], sep="\n")
            raise
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def gridfeed(ready: dict[str, str], *arguments: str) -> str:
    """Run another `gridfeed` command against it and return what that prints."""
    environment = os.environ | {
        "GRIDFEED_KAFKA_BOOTSTRAP": ready["kafka"],
        "GRIDFEED_DATABASE_URL": ready["database"],
    }
    return subprocess.run(
        [*COMMAND, *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that still run."""
    return [process for process in processes if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False
