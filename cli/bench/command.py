"""`gridfeed bench`: measures this machine, and compares with the software Gridfeed is built on."""

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from cli import session, terminal
from cli.bench import rest as rest_bench
from cli.bench.contender import ContenderError
from cli.bench.ingest import Order, bench_ingest
from cli.bench.load import Load
from cli.bench.place import database, services
from cli.bench.push import PushOrder, bench_push
from cli.bench.ranges import Order as RangesOrder
from cli.bench.ranges import bench_ranges
from cli.interrupts import Interrupts
from cli.local.service import NotStartedError
from cli.trouble import TroubleError
from gridfeed.settings import Settings

app = terminal.commands("Measure this installation; prints JSON.")

AsLine = Annotated[bool, typer.Option("--json", help="Print the JSON on one line.")]


@app.command()
def ingest(
    *,
    messages: Annotated[int, typer.Option(min=1, help="Messages, of one sample each.")] = 1_000_000,
    meters: Annotated[int, typer.Option(min=1, max=99_999, help="Meters that send them.")] = 1000,
    partitions: Annotated[int, typer.Option(min=1, max=1000, help="Partitions of the topic.")] = 4,
    stock_messages: Annotated[
        int, typer.Option(min=1, help="Messages for the stock Faust agent, which is slow.")
    ] = 50_000,
    rounds: Annotated[int, typer.Option(min=1, help="Runs of each contender.")] = 2,
    as_json: AsLine = False,
) -> None:
    """Measure how fast telemetry becomes durable: samples, values and changes in the database.

    \b
    The contenders run in turn on the same topic, each in a process of its own:
      getmany      fetches everything with aiokafka and does nothing with it
      gridfeed     a `gridfeed worker` with default settings, until the last offset is durable
      stock_faust  a usual Faust agent, with the same rollup
    Kafka and database are embedded, unless GRIDFEED_KAFKA_BOOTSTRAP or GRIDFEED_DATABASE_URL is
    set; topics and databases are created for the run and deleted after it.

    \b
    Examples:
      gridfeed bench ingest
      gridfeed bench ingest --messages 200000 --rounds 5 --json
    """
    settings = session.start()
    with tempfile.TemporaryDirectory(prefix="gridfeed-bench-") as directory:
        order = Order(
            load=Load(messages, meters, partitions),
            stock_messages=min(stock_messages, messages),
            rounds=rounds,
            embedded_broker="kafka_bootstrap" not in settings.model_fields_set,
            directory=Path(directory),
            say=terminal.note,
        )
        measured = _measure(settings, order)
    _print(measured, as_json=as_json)


@app.command()
def rest(
    *,
    connections: Annotated[
        int, typer.Option(min=1, max=1000, help="Connections that send requests at the same time.")
    ] = 8,
    seconds: Annotated[
        float, typer.Option(min=0.05, help="Seconds per contender and round.")
    ] = 1.0,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of all contenders.")] = 7,
    meters: Annotated[int, typer.Option(min=2, max=99_999, help="Meters stored.")] = 1000,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Days of values stored.")] = 8,
    as_json: AsLine = False,
) -> None:
    """Measure what a REST request costs: one meter-day of five-minute values, 288 intervals.

    \b
    The contenders run in turn, over kept connections, without compression. One process, which
    serves the API like `gridfeed serve`, answers all but the last:
      meter_day                GET /cds/v1/usage-segments of the day, the same URL each time
      meter_day_while_writing  the same, while values of all other meters are published
      meter_day_new_url        the same day, with another URL each time, so that no cache helps
      static                   a prepared answer of the same bytes, through the same middleware
      unchanged                the meter-day with If-None-Match: 304
      static_304               the prepared answer with If-None-Match: 304
      new_meter_day            another meter and day each time, which nobody asked for before
      json_agg                 the same meters and days from the plainest FastAPI and asyncpg
                               route, in a process of its own with the same server
    The fleet is that of `gridfeed bench ranges`. The database is embedded, unless
    GRIDFEED_DATABASE_URL is set; a database is created for the run and deleted after it.

    \b
    Examples:
      gridfeed bench rest
      gridfeed bench rest --meters 10000 --days 1 --connections 32 --json
    """
    settings = session.start()
    with tempfile.TemporaryDirectory(prefix="gridfeed-bench-") as directory:
        place = Path(directory)
        order = rest_bench.Order(
            connections=connections,
            seconds=seconds,
            rounds=rounds,
            meters=meters,
            days=days,
            directory=place,
            say=terminal.note,
        )
        with _trouble(), database(settings, place) as running:
            measured = _run(rest_bench.bench_rest(running, order))
    _print(measured, as_json=as_json)


@app.command()
def ranges(
    *,
    meters: Annotated[int, typer.Option(min=1, max=99_999, help="Meters stored.")] = 100,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Days of values stored.")] = 365,
    as_json: AsLine = False,
) -> None:
    """Measure what long ranges cost: pages, tables and yearly reports of a fleet with history.

    Each meter has SCADA values of every five minutes, settlement of every quarter of an hour and
    day-ahead forecasts of every hour. Twenty meters are a project, with a contract from 2020 to
    2040. Each question is asked once per project, so that no cache helps. One year of 100 meters
    is 14.9 million values; storing them takes minutes and some GB. The database is embedded, unless
    GRIDFEED_DATABASE_URL is set; a database is created for the run and deleted after it.

    \b
    Examples:
      gridfeed bench ranges
      gridfeed bench ranges --meters 20 --days 60 --json
    """
    settings = session.start()
    with tempfile.TemporaryDirectory(prefix="gridfeed-bench-") as directory:
        order = RangesOrder(meters, days, Path(directory), terminal.note)
        with _trouble(), database(settings, order.directory) as running:
            measured = _run(bench_ranges(running, order))
    _print(measured, as_json=as_json)


@app.command()
def push(
    *,
    connections: Annotated[int, typer.Option(min=1, help="Clients of one API process.")] = 1000,
    rate: Annotated[
        float, typer.Option(min=0.1, help="Changes per second; each client gets all.")
    ] = 2.0,
    seconds: Annotated[
        int, typer.Option(min=1, help="Seconds in which changes are published.")
    ] = 30,
    followers: Annotated[
        int, typer.Option(min=0, help="Further clients, which start with the oldest change.")
    ] = 0,
    behind: Annotated[
        int, typer.Option(min=1, help="Changes that the further clients must catch up with.")
    ] = 10_000,
    include_values: Annotated[
        bool, typer.Option("--include-values", help="Send the values of the changed interval, too.")
    ] = False,
    as_json: AsLine = False,
) -> None:
    """Measure how fast changes reach many clients over server-sent events of one API process.

    Latency runs from the writing of a change's row, just before its commit, until the client has
    read it; every client must get every change once and in order. The database is embedded, unless
    GRIDFEED_DATABASE_URL is set; a database is created for the run and deleted after it.

    \b
    Examples:
      gridfeed bench push
      gridfeed bench push --connections 5000 --rate 1 --seconds 60 --json
      gridfeed bench push --connections 1 --followers 500 --rate 10
    """
    settings = session.start()
    with tempfile.TemporaryDirectory(prefix="gridfeed-bench-") as directory:
        order = PushOrder(
            connections=connections,
            followers=followers,
            behind=behind,
            rate=rate,
            seconds=seconds,
            include_values=include_values,
            directory=Path(directory),
            say=terminal.note,
        )
        with _trouble(), database(settings, order.directory) as running:
            measured = _run(bench_push(running, order))
    _print(measured, as_json=as_json)


def _print(measured: dict[str, object], *, as_json: bool) -> None:
    layout = orjson.OPT_INDENT_2 if not as_json else 0
    typer.echo(orjson.dumps(measured, option=layout).decode())


def _measure(settings: Settings, order: Order) -> dict[str, object]:
    with (
        _trouble(),
        services(settings, order.directory) as running,
        session.kafka_trouble(running),
    ):
        return _run(bench_ingest(running, order))


def _run(bench: Coroutine[Any, Any, dict[str, object]]) -> dict[str, object]:
    with session.database_trouble(), Interrupts().held():
        return asyncio.run(bench)


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except (NotStartedError, ContenderError) as error:
        raise TroubleError(str(error)) from error
