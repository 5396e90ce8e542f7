"""Measures how fast telemetry becomes durable, beside plain fetching and a stock Faust agent."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from cli.bench.contender import Measured, measured_inside
from cli.bench.facts import machine
from cli.bench.fill import fill
from cli.bench.load import Load
from cli.bench.place import connected, own_database, own_topics, sql
from cli.bench.stored import Stored
from cli.bench.worker import measured_worker
from cli.proof.fleet import Plan
from gridfeed import clock
from gridfeed.kafka.topics import Stream, input_topic
from gridfeed.settings import Settings

GETMANY, GRIDFEED, STOCK_FAUST = "getmany", "gridfeed", "stock_faust"
Runs = dict[str, list[Measured]]


@dataclass(frozen=True, slots=True)
class Order:
    """The measurements to make. Logs go to `directory`.

    stock_messages: the number of messages for the stock agent, which is slow. say: gets a line for
    each step.
    """

    load: Load
    stock_messages: int
    rounds: int
    embedded_broker: bool
    directory: Path
    say: Callable[[str], None]


async def bench_ingest(settings: Settings, order: Order) -> dict[str, object]:
    """Measure the contenders in turn, `rounds` times; return medians and ratios, for JSON.

    settings: name a broker and a database that answer. Raises ContenderError.
    """
    runs: Runs = {GETMANY: [], GRIDFEED: [], STOCK_FAUST: []}
    facts = await machine(settings, embedded_broker=order.embedded_broker)
    async with own_topics(settings, order.load.partitions) as own:
        plan = order.load.plan(clock.now())
        order.say(f"filling a topic with {order.load.messages} messages")
        await fill(own, input_topic(own, Stream.TELEMETRY), order.load, plan)
        for _ in range(order.rounds):
            stored = await _round(own, order, plan, runs)
    return {
        "benchmark": "ingest",
        "machine": facts,
        "meters": order.load.meters,
        "partitions": order.load.partitions,
        "rounds": order.rounds,
        "contenders": {name: _shape(each) for name, each in runs.items()},
        "stored": asdict(stored),
        "gridfeed_to_getmany": _ratio(runs, GETMANY),
        "gridfeed_to_stock_faust": _ratio(runs, STOCK_FAUST),
    }


async def _round(own: Settings, order: Order, plan: Plan, runs: Runs) -> Stored:
    def note(name: str, measured: Measured) -> None:
        runs[name].append(measured)
        order.say(f"{name}: {measured.messages} messages in {measured.seconds:.2f} s")

    messages, logs = order.load.messages, order.directory
    module = "cli.bench.getmany"
    note(GETMANY, await measured_inside(module, messages, own, logs / f"{GETMANY}.log"))
    measured, stored = await measured_worker(
        _new_group(own), order.load, plan, logs / f"{GRIDFEED}.log"
    )
    note(GRIDFEED, measured)
    async with own_database(_new_group(own)) as stock, connected(stock) as connection:
        await connection.execute(*sql("create_stock_value"))
        module, messages = "cli.bench.stock_agent", order.stock_messages
        note(
            STOCK_FAUST, await measured_inside(module, messages, stock, logs / f"{STOCK_FAUST}.log")
        )
    return stored


def _new_group(own: Settings) -> Settings:
    """Return settings with a new consumer group, which has read nothing."""
    return own.model_copy(update={"kafka_group": f"bench-{uuid4().hex[:12]}"})


def _shape(runs: list[Measured]) -> dict[str, object]:
    return {
        "seconds": median(each.seconds for each in runs),
        "messages": runs[0].messages,
        "per_second": _per_second(runs),
        "runs": [each.seconds for each in runs],
    }


def _per_second(runs: list[Measured]) -> float:
    return median(each.messages for each in runs) / median(each.seconds for each in runs)


def _ratio(runs: Runs, other: str) -> float:
    return _per_second(runs[GRIDFEED]) / _per_second(runs[other])
