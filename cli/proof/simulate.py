"""`gridfeed simulate`: a fleet that sends telemetry, and a ledger of the acknowledged records."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import typer

from cli import session, terminal
from cli.projects.file import BadProjectFileError, read_projects
from cli.proof import outbox
from cli.proof import simulate_options as options
from cli.proof.declaration import header_of, simulated_project
from cli.proof.fleet import Plan, Shares
from cli.proof.ledger import Header, LedgerWriter
from cli.proof.run import Job, run
from cli.proof.traffic import Wiring
from cli.trouble import TroubleError
from gridfeed import clock
from gridfeed.domain.calendar.instants import instant, microseconds
from gridfeed.domain.calendar.interval import UntileableError
from gridfeed.domain.declaration.declared import DeclaredProject
from gridfeed.kafka.topic_admin import partition_counts
from gridfeed.kafka.topics import Stream, input_topic
from gridfeed.settings import Settings
from gridfeed.storage import catalogue

app = terminal.commands()


@app.command()
def simulate(
    *,
    meters: options.Meters = 1000,
    rate: options.Rate = 1.0,
    seconds: options.Seconds = 120,
    start: options.Start = None,
    speed: options.Speed = 1.0,
    duplicates: options.Duplicates = 0.02,
    disorder: options.Disorder = 0.05,
    disorder_seconds: options.DisorderSeconds = 30.0,
    spoiled: options.Spoiled = 0.005,
    bad_quality: options.BadQuality = 0.01,
    gaps: options.Gaps = 0.05,
    seed: options.Seed = 0,
    interval: options.IntervalSeconds = 30,
    project: options.Project = "sim",
    projects: options.ProjectFile = None,
    declare: options.Declare = True,
    ledger: options.LedgerFile = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Send the telemetry of a simulated fleet, some of it late, doubled, spoiled or missing.

    \b
    The command declares the fleet as a project of its own; with --projects the meters of a file
    send, which `gridfeed projects apply` has declared. The ledger records every message and its
    place in Kafka; `gridfeed verify` compares the API with the ledger. Use a new project for
    every run: samples of an earlier run for the same meters would count as wrong.

    \b
    Examples:
      gridfeed simulate --meters 1000 --seconds 120 --project night-1 --ledger night-1.ledger
      gridfeed simulate --meters 50 --seconds 3600 --speed max --spoiled 0 --gaps 0.5
    """
    declared = _declared(project, meters, interval, rate) if not projects else _read(projects)
    header = header_of(declared, seed)
    plan = Plan(
        np.array([float(meter.capacity_kw) for meter in header.meters]),
        _start(start, seconds, speed),
        seconds,
        rate,
        disorder_seconds,
        Shares(duplicates, disorder, spoiled, bad_quality, gaps),
        seed,
    )
    settings = session.start()
    if declare and not projects:
        asyncio.run(_declare(settings, declared))
    acknowledged = _carry_out(_Order(settings, header, plan, speed, ledger))
    _report(declared, plan, acknowledged, ledger, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Order:
    settings: Settings
    header: Header
    plan: Plan
    speed: float
    ledger: Path | None


def _declared(project: str, meters: int, interval: int, rate: float) -> list[DeclaredProject]:
    try:
        return [simulated_project(project, meters, interval, rate)]
    except UntileableError as error:
        raise TroubleError(f"--interval {interval}: {error}") from None


def _read(file: Path) -> list[DeclaredProject]:
    try:
        declared = read_projects(file.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TroubleError(f"{file}: not UTF-8 ({error})", "Save the file as UTF-8.") from None
    except BadProjectFileError as error:
        lines = (f"{file}:{fault.line}: {fault.text}" for fault in error.faults)
        raise TroubleError("\n".join(lines), "Nothing was sent.") from None
    if not any(each.meters for each in declared):
        raise TroubleError(f"{file} declares no meter", "Nothing was sent.")
    return declared


def _start(start: datetime | None, seconds: int, speed: float) -> int:
    """Return the first sample's time in microseconds; no sample may lie in the future."""
    if start is None:
        start = clock.now() if speed == 1 else clock.now() - timedelta(seconds=seconds)
    return microseconds(start)


async def _declare(settings: Settings, declared: Sequence[DeclaredProject]) -> None:
    async with session.connected(settings) as connection:
        try:
            await catalogue.apply(connection, declared)
        except catalogue.RefusedError as error:
            raise TroubleError(str(error), "Choose another --project.") from None


def _carry_out(order: _Order) -> int:
    """Send all messages; return the number that were acknowledged."""
    with session.kafka_trouble(order.settings):
        wiring = asyncio.run(_wiring(order))
        with _new_ledger(order) as writer:
            return asyncio.run(_send(order, wiring, writer))


async def _wiring(order: _Order) -> Wiring:
    settings, tenant = order.settings, order.header.tenant
    counts = await partition_counts(settings)
    topic = input_topic(settings, Stream.TELEMETRY)
    if not counts[topic]:
        raise TroubleError(f"topic {topic} does not exist", "Run `gridfeed topics --create`.")
    others = [name for name in settings.tenant_names if name != tenant]
    foreign = input_topic(settings, Stream.TELEMETRY, others[0]) if others else None
    return Wiring(
        [meter.meter_number for meter in order.header.meters],
        topic,
        foreign if foreign and counts[foreign] else None,
    )


async def _send(order: _Order, wiring: Wiring, writer: LedgerWriter | None) -> int:
    with terminal.progress("sending", order.plan.samples) as steps, _stopping() as stop:
        async with outbox.opened(order.settings) as box:
            job = Job(order.plan, wiring, order.speed, stop)
            try:
                return await run(job, box, writer, steps.advance)
            except outbox.UnplacedError as error:
                raise TroubleError(str(error)) from error


@contextmanager
def _stopping() -> Iterator[asyncio.Event]:
    """Give an event that Ctrl-C or SIGTERM sets. Messages on their way still enter the ledger."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, _asked_to_stop(loop, stop, number))
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _asked_to_stop(
    loop: asyncio.AbstractEventLoop, stop: asyncio.Event, number: int
) -> Callable[[], None]:
    def stop_once() -> None:
        # A second Ctrl-C ends the program and leaves the ledger incomplete.
        loop.remove_signal_handler(number)
        stop.set()

    return stop_once


@contextmanager
def _new_ledger(order: _Order) -> Iterator[LedgerWriter | None]:
    try:
        writer = LedgerWriter(order.ledger, order.header) if order.ledger else None
    except FileExistsError:
        raise TroubleError(f"{order.ledger} exists", "Name a new file with --ledger.") from None
    except OSError as error:
        raise TroubleError(f"{order.ledger}: {error.strerror}", "Name another file.") from None
    with closing(writer) if writer else nullcontext():
        yield writer


def _report(
    declared: Sequence[DeclaredProject],
    plan: Plan,
    acknowledged: int,
    ledger: Path | None,
    *,
    as_json: bool,
) -> None:
    if as_json:
        terminal.print_json(
            {
                "projects": [each.name for each in declared],
                "meters": len(plan.capacity_kw),
                "start": instant(plan.start),
                "acknowledged": acknowledged,
                "ledger": ledger and str(ledger),
            }
        )
        return
    typer.echo(f"{acknowledged} messages of {len(plan.capacity_kw)} meters are in Kafka")
    if ledger:
        typer.echo(f"next: gridfeed verify {ledger} --token TOKEN")
