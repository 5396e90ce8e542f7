"""One contender of a benchmark: a separate process, measured from inside or from outside."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import SecretStr

from cli.local.child import outcome, stop, tail
from gridfeed.kafka.security import SIGN_IN
from gridfeed.settings import Settings

PATIENCE_SECONDS = 600
GRACE_SECONDS = 10.0
#: The settings that a contender gets, besides those to sign in. All others have their defaults.
_TOLD = ("kafka_bootstrap", "kafka_group", "topic_prefix", "topic_partitions")


class ContenderError(Exception):
    """A contender ended, stood still or stored a wrong value; the text has the end of its log."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The number of messages that a contender handled, and the seconds that it took."""

    messages: int
    seconds: float


@asynccontextmanager
async def running(
    module: str,
    *arguments: str,
    settings: Settings,
    log: Path,
    told: Mapping[str, str] | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a module of this program; stop it at the end. told: further environment variables."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", module, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**_environment(settings), **(told or {})},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await stop(process, GRACE_SECONDS, asyncio.Event())


async def measured_inside(module: str, messages: int, settings: Settings, log: Path) -> Measured:
    """Run a module that reads `messages` and prints the seconds it took. Raises ContenderError."""
    async with running(module, str(messages), settings=settings, log=log) as process:
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
        except TimeoutError:
            line = b""
        if not line:
            raise ended(module, process, log)
        return Measured(messages, orjson.loads(line))


def ended(what: str, process: asyncio.subprocess.Process, log: Path) -> ContenderError:
    """Return the error for a contender that ended or stands still."""
    code = process.returncode
    how = "did not finish" if code is None else outcome(code)
    return ContenderError(f"{what}: {how}; its last words:\n{tail(log, log.stem)}")


def say(seconds: float) -> None:
    """Tell the parent process the seconds; for contenders that measure themselves."""
    sys.stdout.write(f"{seconds!r}\n")
    sys.stdout.flush()


def end_with_parent() -> None:
    """End this process when its parent process is gone, even by SIGKILL."""

    def hold() -> None:
        sys.stdin.buffer.read()
        os._exit(1)

    threading.Thread(target=hold, daemon=True).start()


def _environment(settings: Settings) -> Mapping[str, str]:
    values = {name: getattr(settings, name) for name in (*_TOLD, *SIGN_IN, "database_url")}
    told = {
        f"GRIDFEED_{name.upper()}": str(
            value.get_secret_value() if isinstance(value, SecretStr) else value
        )
        for name, value in values.items()
        if value is not None
    }
    others = {name: text for name, text in os.environ.items() if not name.startswith("GRIDFEED_")}
    return others | told
