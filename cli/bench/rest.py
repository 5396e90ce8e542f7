"""Measures the cost of a REST request, beside a static answer and the plainest `json_agg` route."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from api.serving import LOOP
from cli.bench.facts import machine_without_broker
from cli.bench.ingestion import Ingestion
from cli.bench.meter_day import INTERVALS, MeterDay, meter_days
from cli.bench.place import Connection, connected, own_database
from cli.bench.ranges_fleet import GROUP, Fleet, seed
from cli.bench.rest_contenders import (
    JSON_AGG,
    METER_DAY,
    NEW_METER_DAY,
    NEW_URL,
    STATIC,
    STATIC_304,
    UNCHANGED,
    WARM,
    WHILE_WRITING,
    Contender,
    contenders,
    kept_answer,
    of_runs,
)
from cli.bench.rest_load import Answered, load
from cli.bench.rest_served import json_agg_served, kept_path, served
from cli.bench.usage import Cpu, Spent
from gridfeed import clock
from gridfeed.settings import Settings

#: Each contender first runs this long without measurement, to fill plans, caches and connections.
WARM_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Order:
    """The measurement: a number of rounds, of `seconds` for each contender.

    meters, days: the size of the fleet whose values are stored. Logs go to `directory`. say: gets a
    line for each step.
    """

    connections: int
    seconds: float
    rounds: int
    meters: int
    days: int
    directory: Path
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """The answers of a contender in one round, and the CPU that they took."""

    answered: Answered
    spent: Spent

    @property
    def per_second(self) -> float:
        """Return the number of answers per second."""
        return self.answered.per_second


Runs = dict[str, list[Run]]


async def bench_rest(settings: Settings, order: Order) -> dict[str, object]:
    """Measure the contenders in turn; return medians and ratios, for JSON.

    settings: name a database that answers. Raises ContenderError.
    """
    fleet = Fleet(order.meters, order.days, GROUP, clock.now())
    same, *others = meter_days(fleet)
    days = of_runs(others, order.rounds)
    facts = await machine_without_broker(settings)
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(own_database(settings))
        connection = await stack.enter_async_context(connected(own))
        stored = await seed(connection, fleet, order.say)
        ingestion = await Ingestion.of(connection, fleet, _others(fleet, same))
        api = await stack.enter_async_context(served(own, order.directory))
        plain = await stack.enter_async_context(json_agg_served(own, order.directory))
        kept, plain_bytes = await kept_answer(api, plain, same)
        kept.write(kept_path(order.directory))
        rounds = Rounds(contenders(api, plain, days, same, kept.tag), ingestion, connection, order)
        runs = await rounds.measured()
    return {
        "benchmark": "rest",
        "machine": facts | {"http": "httptools", "loop": LOOP},
        "stored": stored,
        "connections": order.connections,
        "intervals": INTERVALS,
        "bytes": len(kept.body),
        "json_agg_bytes": plain_bytes,
        "rounds": order.rounds,
        "client_share": max(
            each.answered.client_share for every in runs.values() for each in every
        ),
        "values_published_per_second": ingestion.values / ingestion.seconds,
        "contenders": {name: _shape(each) for name, each in runs.items()},
        "meter_day_to_static": _ratio(runs, METER_DAY, STATIC),
        "meter_day_new_url_to_static": _ratio(runs, NEW_URL, STATIC),
        "unchanged_to_static_304": _ratio(runs, UNCHANGED, STATIC_304),
        "new_meter_day_to_json_agg": _ratio(runs, NEW_METER_DAY, JSON_AGG),
        "meter_day_while_writing_to_meter_day": _ratio(runs, WHILE_WRITING, METER_DAY),
    }


class Rounds:
    """The contenders' turns."""

    def __init__(
        self,
        contenders: Mapping[str, Contender],
        ingestion: Ingestion,
        connection: Connection,
        order: Order,
    ) -> None:
        """connection: to the database of all contenders; also the ingestion's."""
        self._contenders, self._ingestion = contenders, ingestion
        self._connection, self._order = connection, order

    async def measured(self) -> Runs:
        """Ask each contender in every round."""
        order = self._order
        runs: Runs = {name: [] for name in self._contenders}
        for name in runs:
            await self._answered(name, WARM, min(WARM_SECONDS, order.seconds))
        for number in range(order.rounds):
            # Every other round runs in reverse order, so that a drift hits all contenders alike.
            for name in runs if number % 2 == 0 else reversed(runs):
                run = await self._run(name, str(number))
                runs[name].append(run)
                order.say(f"{name}: {run.per_second:.0f} requests/s")
        return runs

    async def _run(self, name: str, run: str) -> Run:
        pid = self._contenders[name].served.pid
        before = await Cpu.read(pid, self._connection)
        answered = await self._answered(name, run, self._order.seconds)
        after = await Cpu.read(pid, self._connection)
        return Run(answered, after.since(before))

    async def _answered(self, name: str, run: str, seconds: float) -> Answered:
        contender, connections = self._contenders[name], self._order.connections
        async with self._ingestion.going_on() if name == WHILE_WRITING else nullcontext():
            return await load(contender.served.port, contender.ask, run, connections, seconds)


def _others(fleet: Fleet, same: MeterDay) -> list[str]:
    """Return the meters whose values change: all but the one that is requested again and again."""
    return [number for meters in fleet.groups() for number in meters if number != same.meter_number]


def _shape(runs: list[Run]) -> dict[str, object]:
    rates = [each.per_second for each in runs]
    answers = sum(each.answered.answers for each in runs)
    return {
        "per_second": median(rates),
        "runs": rates,
        "answers": answers,
        "cpu_seconds_per_request": {
            "server": _per_answer([each.spent.server for each in runs], answers),
            "database": _per_answer([each.spent.database for each in runs], answers),
        },
    }


def _per_answer(seconds: list[float | None], answers: int) -> float | None:
    known = [each for each in seconds if each is not None]
    return sum(known) / answers if len(known) == len(seconds) else None


def _ratio(runs: Runs, name: str, other: str) -> float:
    """Return the median of the rounds' ratios, since a round's rates are measured close in time."""
    return median(
        one.per_second / beside.per_second
        for one, beside in zip(runs[name], runs[other], strict=True)
    )
