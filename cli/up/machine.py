"""Starts all programs on this machine in order, watches them, and stops them in reverse order."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from pydantic import SecretStr

from cli.interrupts import Interrupts
from cli.local.broker import EmbeddedBroker, assert_open
from cli.local.child import Kept, kept_running, tail
from cli.local.database import EmbeddedDatabase
from cli.local.service import LocalService, NotStartedError
from cli.projects.file import DeclaredFile
from cli.trouble import TroubleError
from cli.up import prepare, ready
from cli.up.programs import api_port, api_url, programs
from gridfeed.settings import Settings

WATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """The programs to start.

    directory: keeps data and logs; None: they are removed at the end. fleet: the declarations of
    the demonstration; None: there is no demonstration.
    """

    settings: Settings
    directory: Path | None
    workers: int
    fleet: DeclaredFile | None


@dataclass(frozen=True, slots=True)
class Running:
    """The addresses of all services, and a token that may see all data."""

    api: str
    kafka: str
    database: str
    token: str
    directory: Path


class Machine:
    """One run of broker, database, workers, API and demonstration."""

    def __init__(
        self, plan: MachinePlan, interrupts: Interrupts, announce: Callable[[Running], None]
    ) -> None:
        """Start nothing yet. announce: called once, when all programs are ready."""
        self._plan = plan
        self._interrupts = interrupts
        self._announce = announce
        self._started = monotonic()
        self._services: list[LocalService] = []
        self._failure: TroubleError | None = None

    def run(self) -> None:
        """Start all programs; return after a signal to stop, once all have stopped.

        Raises TroubleError if a program cannot start, or if broker or database end.
        """
        with ExitStack() as stack:
            try:
                directory = stack.enter_context(_directory(self._plan.directory))
                settings = self._start_services(stack, directory)
                asyncio.run(self._run_children(settings, directory))
            except NotStartedError as error:
                raise TroubleError(str(error)) from error
            finally:
                self._interrupts.leaving()
        self._step("stopped")

    def _start_services(self, stack: ExitStack, directory: Path) -> Settings:
        """Start an embedded service where no address is set; return settings with all addresses."""
        settings = self._plan.settings
        found: dict[str, object] = {"api_port": api_port(settings)}
        if "kafka_bootstrap" not in settings.model_fields_set:
            assert_open(settings)
            broker = EmbeddedBroker(directory)
            self._start(stack, broker)
            found["kafka_bootstrap"] = broker.bootstrap
        if "database_url" not in settings.model_fields_set:
            database = EmbeddedDatabase(directory)
            self._start(stack, database)
            found["database_url"] = SecretStr(database.url)
        return settings.model_copy(update=found)

    def _start(self, stack: ExitStack, service: LocalService) -> None:
        stack.callback(service.stop)
        self._interrupts.to_hurry.append(lambda: _kill(service))
        service.start()
        self._services.append(service)
        self._step(f"{service.name} ready on port {service.port}")

    async def _run_children(self, settings: Settings, directory: Path) -> None:
        loop, main, hurry = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()
        assert main is not None
        self._interrupts.to_stop = lambda: loop.call_soon_threadsafe(main.cancel)
        self._interrupts.to_hurry.append(lambda: loop.call_soon_threadsafe(hurry.set))
        watching = asyncio.create_task(self._watch(main))
        try:
            async with AsyncExitStack() as stack:
                try:
                    self._announce(await self._start_children(stack, settings, directory, hurry))
                    await asyncio.Event().wait()
                finally:
                    watching.cancel()
                    self._interrupts.leaving()
                    self._step("stopping")
        except asyncio.CancelledError:
            if self._failure:
                raise self._failure from None
        finally:
            self._interrupts.to_hurry.pop()

    async def _start_children(
        self, stack: AsyncExitStack, settings: Settings, directory: Path, hurry: asyncio.Event
    ) -> Running:
        self._step(f"{await prepare.schema(settings)} migrations applied")
        if any(isinstance(service, EmbeddedBroker) for service in self._services):
            await prepare.new_log(settings)
        self._step(f"{await prepare.topics(settings)} topics created")
        token = await stack.enter_async_context(prepare.client(settings))
        former = await ready.epochs(settings)
        if self._plan.fleet is not None:
            meters = await prepare.fleet(settings, self._plan.fleet)
            self._step(f"fleet of {meters} meters declared")
        children: list[Kept] = []
        for program in programs(settings, directory, self._commands()):
            child = kept_running(program, report=self._step, hurry=hurry)
            children.append(await stack.enter_async_context(child))
        partitions = await ready.wait_for_workers(settings, former, children)
        self._step(f"worker ready, {partitions} partitions")
        api = api_url(settings)
        await ready.wait_for_api(api, children)
        self._step(f"API ready at {api}")
        database = settings.database_url.get_secret_value()
        return Running(api, settings.kafka_bootstrap, database, token, directory)

    def _commands(self) -> list[tuple[str, str]]:
        """Return the names and commands of the children, in the order of their start."""
        workers = [(f"worker-{n + 1}", "worker") for n in range(self._plan.workers)]
        demo = [("demo", "demo")] if self._plan.fleet is not None else []
        return [*workers, ("api", "serve"), *demo]

    async def _watch(self, main: "asyncio.Task[None]") -> None:
        """Stop all programs when broker or database end, since their contents end with them."""
        while all(service.pid for service in self._services):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(WATCH_SECONDS)
        dead = next(service for service in self._services if not service.pid)
        self._failure = TroubleError(
            f"the {dead.name} ended by itself; everything else was stopped too.\n"
            f"The end of {dead.log}:\n{tail(dead.log, dead.name)}",
            "Start `gridfeed up` again.",
        )
        main.cancel()

    def _step(self, text: str) -> None:
        print(f"{monotonic() - self._started:6.2f} s  {text}", file=sys.stderr, flush=True)


@contextmanager
def _directory(kept: Path | None) -> Iterator[Path]:
    """Give an existing directory: the one to keep, or a temporary one that is removed at the end.

    Raises TroubleError if it cannot be written to.
    """
    if kept:
        with _writable("--directory"):
            kept.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=kept).close()
        yield kept.resolve()
        return
    with _writable("TMPDIR"):
        made = tempfile.TemporaryDirectory(prefix="gridfeed-", ignore_cleanup_errors=True)
    with made as directory:
        yield Path(directory).resolve()


@contextmanager
def _writable(named_by: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TroubleError(
            f"data and logs cannot be written: {error}",
            f"Name a folder that can be written with {named_by}.",
        ) from None


def _kill(service: LocalService) -> None:
    if pid := service.pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
