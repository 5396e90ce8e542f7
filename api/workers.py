"""Runs several API processes on one port: starts them, restarts one that dies, stops all."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from pydantic import SecretStr

from api.serving import FAREWELL_SECONDS, GRACE_SECONDS, listening
from gridfeed.settings import Settings

log = structlog.get_logger()

WORKER = "api.worker"
#: A process that dies is started again at the earliest this long after its last start.
PAUSE_SECONDS = 2.0
#: The time between two checks for dead processes.
LOOK_SECONDS = 0.2
#: The time to wait beyond the time that a process takes to stop by itself.
MARGIN_SECONDS = 7.0


@dataclass(slots=True)
class Worker:
    """A place for a process. Its number and socket stay the same when the process is replaced."""

    number: int
    sock: socket.socket
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = field(default=float("-inf"))


def supervise(settings: Settings) -> None:
    """Keep `api_workers` processes running until SIGINT or SIGTERM."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    workers = [Worker(number, sock) for number, sock in enumerate(_sockets(settings))]
    with tempfile.TemporaryDirectory(prefix="gridfeed-api-") as directory:
        try:
            while not stopping.wait(LOOK_SECONDS):
                for worker in workers:
                    _keep_running(worker, settings, Path(directory))
        finally:
            _stop(workers)


def _sockets(settings: Settings) -> list[socket.socket]:
    """Return a socket for each process, all on one port.

    Linux spreads connections evenly over the sockets; processes that share one socket would get
    connections at random. The sockets stay open in this process, so that a process that dies loses
    no connection that it had not accepted. Other systems give all connections to one socket, so
    there the processes share one.
    """
    if sys.platform != "linux":
        return [listening(settings)] * settings.api_workers
    first = listening(settings, shared=True)
    same = settings.model_copy(update={"api_port": first.getsockname()[1]})
    others = range(settings.api_workers - 1)
    found = [first, *(listening(same, shared=True) for _ in others)]
    for sock in found:
        sock.listen()
    return found


def _keep_running(worker: Worker, settings: Settings, directory: Path) -> None:
    if worker.process and (code := worker.process.poll()) is not None:
        log.error("API process ended", process=worker.number, exit_code=code)
        worker.process = None
    if worker.process is None and time.monotonic() - worker.started_at >= PAUSE_SECONDS:
        worker.started_at = time.monotonic()
        worker.process = _started(worker, settings, directory)


def _started(worker: Worker, settings: Settings, directory: Path) -> "subprocess.Popen[bytes]":
    """Start a process in its own session, so that Ctrl-C in a terminal reaches only this process.

    Its standard input closes when this process is gone, even by SIGKILL.
    """
    descriptor = worker.sock.fileno()
    told = (str(descriptor), str(worker.number), str(settings.api_workers), str(directory))
    return subprocess.Popen(  # noqa: S603 - this program
        [sys.executable, "-P", "-m", WORKER, *told],
        stdin=subprocess.PIPE,
        pass_fds=(descriptor,),
        env={**os.environ, **_environment(settings)},
        start_new_session=True,
    )


def _environment(settings: Settings) -> Mapping[str, str]:
    """Return the given settings, including the command's options, as environment variables."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {
        f"GRIDFEED_{name.upper()}": str(
            value.get_secret_value() if isinstance(value, SecretStr) else value
        )
        for name, value in given.items()
        if value is not None
    }


def _stop(workers: Sequence[Worker]) -> None:
    """Ask all processes to end at the same time; kill any that does not end."""
    processes = [worker.process for worker in workers if worker.process]
    for process in processes:
        process.terminate()
    for worker in workers:
        worker.sock.close()
    until = time.monotonic() + FAREWELL_SECONDS + GRACE_SECONDS + MARGIN_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("API process killed", reason="it did not stop", pid=process.pid)
            process.kill()
            process.wait()
