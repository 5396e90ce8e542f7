"""Keeps child processes running, and stops them in bounded time, only by their ids."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

#: The waiting times before a dead child is started again. The last one repeats.
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
#: A child that ran this long is healthy, so its next death starts with the first waiting time.
HEALTHY_SECONDS = 60.0
TAIL_LINES = 15
#: The time to wait for a killed process. Only a process that hangs in the kernel takes longer.
KILLED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run: its name for people, its command, its environment and its log file."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    #: The time that it may take to stop before it is killed.
    grace_seconds: float = 5.0


@dataclass(slots=True)
class Kept:
    """A program that is kept running."""

    program: Program
    deaths: int = 0
    pid: int | None = None

    def tail(self) -> str:
        """Return the last lines of its log, each with its name."""
        return tail(self.program.log, self.program.name)


@asynccontextmanager
async def kept_running(
    program: Program, *, report: Callable[[str], None], hurry: asyncio.Event
) -> AsyncIterator[Kept]:
    """Start the program, and start it again, with backoff, whenever it ends; stop it at the end.

    The child has its own session, so that a terminal's Ctrl-C reaches only this process, and a
    standard input that closes when this process is gone. For each death, `report` gets a line with
    the end of the child's log. Once `hurry` is set, nothing is waited for.
    """
    kept = Kept(program)
    task = asyncio.create_task(_keep(kept, report, hurry), name=program.name)
    try:
        yield kept
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _keep(kept: Kept, report: Callable[[str], None], hurry: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    recent = 0
    while True:
        started = loop.time()
        end = await _live_once(kept, hurry)
        kept.deaths += 1
        recent = 0 if loop.time() - started >= HEALTHY_SECONDS else recent
        wait = BACKOFF_SECONDS[min(recent, len(BACKOFF_SECONDS) - 1)]
        recent += 1
        report(
            f"{kept.program.name} ended ({end}); starting it again in {wait:g} s."
            f" The end of {kept.program.log}:\n{kept.tail()}"
        )
        await asyncio.sleep(wait)


async def _live_once(kept: Kept, hurry: asyncio.Event) -> str:
    """Run the program once; return how it ended. Stop it when cancelled."""
    try:
        process = await _start(kept.program)
    except OSError as error:
        return f"not started: {error}"
    kept.pid = process.pid
    try:
        return outcome(await process.wait())
    finally:
        await stop(process, kept.program.grace_seconds, hurry)
        kept.pid = None


async def _start(program: Program) -> asyncio.subprocess.Process:
    with program.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *program.command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=dict(program.environment),
            start_new_session=True,
        )


async def stop(
    process: asyncio.subprocess.Process, grace_seconds: float, hurry: asyncio.Event
) -> None:
    """Ask a process to end (SIGTERM), then kill it and its children; at once if `hurry` is set."""
    if process.returncode is not None:
        return
    process.terminate()
    ended = asyncio.ensure_future(process.wait())
    hurried = asyncio.ensure_future(hurry.wait())
    await asyncio.wait((ended, hurried), timeout=grace_seconds, return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    if process.returncode is None:
        # It leads its own session, so the process group is the process and its children.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await asyncio.wait((ended,), timeout=KILLED_SECONDS)


def tail(log: Path, name: str) -> str:
    """Return the last lines of a log, each with the name; nothing if it cannot be read."""
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"  {name} | {line}" for line in lines[-TAIL_LINES:])


def outcome(code: int) -> str:
    """Return how a process ended, in words."""
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
