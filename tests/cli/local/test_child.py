"""Children come back when they die, and go when they are told to, all of them and soon."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from cli.local.child import Kept, Program, kept_running

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(99)
"""
PARENT_OF_ONE = (
    """
import subprocess
print(subprocess.Popen(["sleep", "99"]).pid, flush=True)
"""
    + STUBBORN
)


def program(directory: Path, code: str, *, grace_seconds: float = 5.0) -> Program:
    return Program(
        "toy", [sys.executable, "-c", code], dict(os.environ), directory / "toy.log", grace_seconds
    )


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - another process sets it
            await asyncio.sleep(0.02)


async def run(
    toy: Program, act: Callable[[Kept, asyncio.Event], Awaitable[None]], *, started: bool = True
) -> tuple[list[str], float]:
    """Keep `toy` running while `act` acts; return reports and how long stopping took."""
    reports: list[str] = []

    async def scene() -> float:
        hurry = asyncio.Event()
        async with kept_running(toy, report=reports.append, hurry=hurry) as kept:
            await until(lambda: kept.pid or not started)
            await act(kept, hurry)
            leaving = time.monotonic()
        return time.monotonic() - leaving

    return reports, await scene()


def gone(pid: int) -> bool:
    """Tell whether no such process runs any more, or soon; a zombie does not run."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)  # killed, but the kernel takes its time for a process that is not ours
    return False


async def test_a_child_that_dies_is_reported_with_the_end_of_its_log_and_started_again(
    tmp_path: Path,
):
    pids: list[int] = []

    async def act(kept: Kept, _hurry: asyncio.Event) -> None:
        await until(kept.tail)
        pids.append(kept.pid or 0)
        os.kill(pids[0], signal.SIGKILL)
        await until(lambda: kept.pid and kept.pid != pids[0])
        pids.append(kept.pid or 0)

    reports, _seconds = await run(program(tmp_path, STUBBORN, grace_seconds=0.1), act)
    assert len(reports) == 1
    assert "toy ended (killed by SIGKILL); starting it again in 0.5 s" in reports[0]
    assert "toy | up" in reports[0]
    assert all(gone(pid) for pid in pids)


async def test_a_child_that_will_not_stop_is_killed_after_its_grace_with_what_it_started(
    tmp_path: Path,
):
    pids: list[int] = []

    async def act(kept: Kept, _hurry: asyncio.Event) -> None:
        await until(lambda: kept.tail().endswith("up"))
        pids.extend([kept.pid or 0, int(kept.program.log.read_text().split()[0])])

    _reports, seconds = await run(program(tmp_path, PARENT_OF_ONE, grace_seconds=0.3), act)
    assert 0.3 <= seconds < 20
    assert [gone(pid) for pid in pids] == [True, True]


async def test_in_a_hurry_nothing_is_waited_for(tmp_path: Path):
    async def act(kept: Kept, hurry: asyncio.Event) -> None:
        await until(lambda: kept.tail().endswith("up"))
        hurry.set()

    _reports, seconds = await run(program(tmp_path, STUBBORN, grace_seconds=30), act)
    assert seconds < 20


async def test_a_child_leads_a_session_of_its_own(tmp_path: Path):
    async def act(kept: Kept, _hurry: asyncio.Event) -> None:
        assert os.getsid(kept.pid or 0) == kept.pid

    await run(program(tmp_path, "import time; time.sleep(99)"), act)


async def test_a_childs_input_ends_when_the_parent_is_gone(tmp_path: Path):
    # The child's last words appear only when its standard input is closed.
    code = "import sys; print('up', flush=True); sys.stdin.read(); print('parent gone', flush=True)"
    child = program(tmp_path, code)
    parent = f"""
import asyncio, os, pathlib
from cli.local.child import Program, kept_running
log = pathlib.Path({str(child.log)!r})
async def scene():
    toy = Program("toy", {list(child.command)!r}, dict(os.environ), log)
    async with kept_running(toy, report=print, hurry=asyncio.Event()) as kept:
        while not kept.tail(): await asyncio.sleep(0.02)
        os.kill(os.getpid(), 9)
asyncio.run(scene())
"""

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", parent)
    assert await process.wait() == -signal.SIGKILL
    await until(lambda: "parent gone" in child.log.read_text())


async def test_a_program_that_cannot_be_started_is_reported_and_tried_again(tmp_path: Path):
    async def act(kept: Kept, _hurry: asyncio.Event) -> None:
        await until(lambda: kept.deaths == 2)

    nothing = Program("toy", ["/nowhere/toy"], {}, tmp_path / "toy.log")
    reports, _seconds = await run(nothing, act, started=False)
    assert "toy ended (not started: [Errno 2] No such file or directory" in reports[0]
