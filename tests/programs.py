"""The program in processes of their own, that need not import it again.

Python takes longer to import the program than most tests take. So each process of tests has one
fork server (of the standard library's `multiprocessing`) that has imported it and is otherwise
idle; a program is a fork of that one, with the environment, the folder and the files that it is
given, and runs what the installed script `gridfeed` runs. It is killed and waited for as any other.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import TemporaryDirectory

#: What a program imports; with it, all that this in turn imports.
IMPORTED = [
    "api.server",
    "stream.worker",
    *(
        f"cli.{name}"
        for name in (
            "main",
            "doctor",
            "import_file",
            "migrate",
            "projects",
            "serve",
            "topics",
            "worker",
        )
    ),
]
_context = get_context("forkserver")
_context.set_forkserver_preload(IMPORTED)


class Program:
    """A process of the program; its methods are those of subprocess.Popen."""

    def __init__(self, process: ForkServerProcess, command: Sequence[str]) -> None:
        self.args = [*command]
        self._process = process
        assert process.pid
        self.pid = process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code; that of a signal is negative; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code; raises TimeoutExpired after so many seconds."""
        self._process.join(timeout)
        if (code := self.returncode) is None:
            raise TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def start(
    *command: str,
    environment: Mapping[str, str],
    output: Path,
    errors: Path | None = None,
    given: Path = Path(os.devnull),
    module: str = "cli.start",
    folder: Path | None = None,
) -> Program:
    """Start `gridfeed` with a command, or the `main` of another module.

    environment: all of its environment. What it prints is appended to output; what it says of
    errors, and its log, to errors, or to output too. given: what it reads. folder: where another
    version of the program is, that is imported anew, as it is where a PYTHONPATH is given.
    """
    output.touch()
    told = _Told(
        module,
        [*command],
        {**environment},
        (str(given), str(output), str(errors or output)),
        folder,
    )
    # What a test leaves running ends with the tests.
    process = _context.Process(target=told.run, daemon=True)
    process.start()
    return Program(process, command)


def run(
    *command: str,
    environment: Mapping[str, str],
    given: str = "",
    folder: Path | None = None,
    timeout: float = 120,
) -> "CompletedProcess[str]":
    """Run a command to its end; raises TimeoutExpired after so many seconds, and ends it then."""
    with TemporaryDirectory() as directory:
        read, output, errors = (Path(directory, name) for name in ("in", "out", "err"))
        read.write_text(given)
        program = start(
            *command,
            environment=environment,
            output=output,
            errors=errors,
            given=read,
            folder=folder,
        )
        try:
            code = program.wait(timeout)
        finally:
            program.kill()
        return CompletedProcess(program.args, code, output.read_text(), errors.read_text())


@dataclass(frozen=True)
class _Told:
    module: str
    command: list[str]
    environment: dict[str, str]
    #: Of standard input, output and errors.
    files: tuple[str, str, str]
    folder: Path | None

    def run(self) -> None:
        """Become the program."""
        self._open_files()
        if self.folder or "PYTHONPATH" in self.environment:
            os.chdir(self.folder or ".")
            main = f"from {self.module} import main; main()"
            os.execve(sys.executable, [sys.executable, "-c", main, *self.command], self.environment)
        os.environ.clear()
        os.environ.update(self.environment)
        sys.argv = ["gridfeed", *self.command]
        import_module(self.module).main()

    def _open_files(self) -> None:
        for number, name in enumerate(self.files):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
            opened = os.open(name, flags)
            os.dup2(opened, number)
            os.close(opened)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, buffering=1, closefd=False) for number, mode in enumerate("rww")
        )
