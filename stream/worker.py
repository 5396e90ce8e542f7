"""Composition root of a worker: settings, pool, letters, ingestion, agents and Faust."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import faust
import structlog

from gridfeed import clock, observe
from gridfeed.environment import warn_of_unknown_variables
from gridfeed.kafka.grants import needed_by_worker, require
from gridfeed.settings import Settings
from gridfeed.storage.connect import Pool, open_pool
from gridfeed.storage.database_time import ask, follow_for_ever, session
from gridfeed.storage.migrate import pending, refuse_newer
from stream.app import add_agents, build_app, follow_assignment
from stream.batch_app import BatchApp
from stream.changes_out import ChangesOut
from stream.dead_letters import DeadLetters
from stream.held import Held
from stream.housekeeping import end_silent_for_ever, keep_house_for_ever
from stream.ingestion import Ingestion
from stream.log_reader import LogReader
from stream.losses import Losses
from stream.meters import Meters
from stream.operations import Operations
from stream.partition import Tools
from stream.patience import patiently
from stream.waits import waiting_for

log = structlog.get_logger()

PROGRAM = "gridfeed-worker"
#: How often a worker checks whether the database has been migrated.
MIGRATION_SECONDS = 2.0
#: How long a statement waits for rows that another session holds.
LOCK_SECONDS = 3.0


class Worker:
    """Everything that a worker opens in its event loop and closes again."""

    def __init__(self, settings: Settings, directory: Path) -> None:
        """Build the app; nothing is opened before it starts."""
        self.settings = settings
        self.app: BatchApp = build_app(settings, directory)
        self.logs = LogReader(settings)
        self.letters = DeadLetters(settings, self.logs)
        self.changes_out = ChangesOut(settings, lambda: self.ingestion().is_behind())
        self._ingestion: Ingestion | None = None
        add_agents(self.app, settings, self.ingestion)
        follow_assignment(self.app, self.ingestion)
        self.app.opening, self.app.closing = self._open, self._close
        self.losses, self.held = Losses(), Held()
        self.operations = Operations(self.missing, self.warnings)

    def ingestion(self) -> Ingestion:
        """Return the ingestion, which the agents feed."""
        assert self._ingestion is not None
        return self._ingestion

    def missing(self) -> list[str]:
        """Return what keeps the worker from working; `/readyz` shows it."""
        if self._ingestion is None:
            return [*waiting_for(clock.now()), "the worker is starting"]
        missing = [*self._ingestion.missing(), *self.changes_out.missing()]
        distrust = clock.distrust(self.settings.max_clock_drift_seconds)
        if distrust and not any(each.startswith("clock: ") for each in missing):
            missing.append(distrust)
        return missing

    def warnings(self) -> list[str]:
        """Return what else a person should know; `/readyz` shows it, too."""
        return [*self.losses.warnings(), *self.held.warnings()]

    async def _open(self) -> None:
        if self.settings.worker_metrics_port is not None:
            await self.operations.start(self.settings.worker_metrics_port)
        pool = await patiently(
            lambda: open_pool(
                self.settings, wait_seconds=0, server_settings=_session(self.settings)
            )
        )
        await patiently(lambda: _migrated(pool))
        await patiently(lambda: _time_told(self.settings))
        await patiently(self.logs.start, "broker")
        # Faust's consumer would end the process if a grant is missing; this check waits instead.
        await patiently(lambda: require(self.settings, needed_by_worker(self.settings)), "broker")
        await patiently(self.letters.start, "broker")
        tools = Tools(
            settings=self.settings,
            pool=pool,
            logs=self.logs,
            letters=self.letters,
            meters=Meters(self.settings, pool),
            consumer=lambda: self.app.consumer,
            crash=self._crash,
        )
        self._pool, self._ingestion = pool, Ingestion(tools)
        beside = [
            follow_for_ever(self.settings, PROGRAM),
            keep_house_for_ever(self.settings, pool),
            end_silent_for_ever(self.settings, pool),
            self._ingestion.watch_for_ever(),
            self._ingestion.ask_for_ends_for_ever(),
            self._ingestion.ask_why_silent_for_ever(),
            self._ingestion.refresh_for_ever(),
            self._ingestion.watch_topics_for_ever(),
            self.losses.watch_for_ever(pool),
            self.held.watch_for_ever(pool),
        ]
        if self.settings.changes_to_kafka:
            beside.append(self.changes_out.run_for_ever())
        self._beside = [self.app.add_future(each) for each in beside]

    async def _close(self) -> None:
        await self.operations.stop()
        if self._ingestion is not None:
            for each in self._beside:
                each.cancel()
            await self._ingestion.close()
            await self.changes_out.close()
            await self.letters.stop()
            await self.logs.stop()
            await self._pool.close()

    def _crash(self, error: BaseException) -> None:
        self._crashing = asyncio.ensure_future(self.app.crash(error))


async def _time_told(settings: Settings) -> None:
    """Learn the database's time before anything is judged by it."""
    async with session(settings) as connection:
        await ask(connection, PROGRAM)


async def _migrated(pool: Pool) -> None:
    """Wait until the database has this version's schema. Raises NewerSchemaError."""
    while True:
        async with pool.acquire() as connection:
            await refuse_newer(connection)
            missing = await pending(connection)
        if not missing:
            return
        log.error("migrations are pending; run `gridfeed migrate`", pending=missing)
        await asyncio.sleep(MIGRATION_SECONDS)


def _session(settings: Settings) -> dict[str, str]:
    """Return the settings of a worker's database sessions.

    When another worker takes over from a frozen one, the frozen worker's transaction must end: it
    locks the row of `ingest_source` that the new owner waits for. Each statement is planned for its
    actual rows: a generic plan needed 5 s and more to publish 10,000 values instead of 0.5 s. A
    session that waits for locked rows returns its connection between two attempts.
    """
    return {
        "application_name": PROGRAM,
        "idle_in_transaction_session_timeout": f"{settings.kafka_session_seconds * 1000:.0f}",
        "plan_cache_mode": "force_custom_plan",
        "lock_timeout": f"{LOCK_SECONDS * 1000:.0f}",
    }


def run(settings: Settings) -> None:
    """Run one worker until SIGINT or SIGTERM; both write what is in memory and leave the group."""
    observe.set_up(settings)
    warn_of_unknown_variables()
    log.info("worker", kafka=settings.kafka_bootstrap, group=settings.kafka_group)
    with TemporaryDirectory(prefix="gridfeed-worker-") as directory:
        program = faust.Worker(
            Worker(settings, Path(directory)).app,
            loglevel=settings.log_level,
            redirect_stdouts=False,
            override_logging=False,
            quiet=True,
        )
        program.spinner = None  # its signs would mix with the log lines
        try:
            program.execute_from_commandline()
        finally:
            log.info("worker stopped")
