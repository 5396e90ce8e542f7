"""Measures the cost of a REST request, beside a static answer of the same server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from api.serving import LOOP
from cli.bench.contender import ContenderError, ended, running
from cli.bench.facts import machine_without_broker
from cli.bench.place import connected, own_database
from cli.bench.rest_load import Answered, Ask, load
from cli.bench.rest_plant import INTERVALS, TOKEN, day_before, path_of, publish_day
from cli.bench.rest_server import STATIC_PATH, Kept
from cli.local.service import HOST, free_port
from gridfeed import clock
from gridfeed.settings import Settings
from gridfeed.storage.migrate import migrate

SERVER = "cli.bench.rest_server"
START_SECONDS = 60.0
METER_DAY, NEW_URL, STATIC = "meter_day", "meter_day_new_url", "static"
UNCHANGED, STATIC_304 = "unchanged", "static_304"
#: Each contender first runs this long without measurement, to fill plans, caches and connections.
WARM_SECONDS = 0.5
#: Headers that differ between answers.
_NOT_KEPT = {"date", "content-length"}

Runs = dict[str, list[Answered]]


@dataclass(frozen=True, slots=True)
class Order:
    """The measurement: a number of rounds, of `seconds` for each contender.

    Logs go to `directory`. say: gets a line for each step.
    """

    connections: int
    seconds: float
    rounds: int
    directory: Path
    say: Callable[[str], None]


async def bench_rest(settings: Settings, order: Order) -> dict[str, object]:
    """Measure the contenders in turn; return medians and ratios, for JSON.

    settings: name a database that answers. Raises ContenderError.
    """
    facts = await machine_without_broker(settings)
    day = day_before(clock.now())
    async with own_database(settings) as own:
        async with connected(own) as connection:
            await migrate(connection)
            await publish_day(connection, day)
        async with served(own, order.directory) as port:
            kept = await _kept(port, path_of(day))
            kept.write(_kept_path(order.directory))
            runs = await _rounds(port, _contenders(path_of(day), kept.tag), order)
    return {
        "benchmark": "rest",
        "machine": facts | {"http": "httptools", "loop": LOOP},
        "connections": order.connections,
        "intervals": INTERVALS,
        "bytes": len(kept.body),
        "rounds": order.rounds,
        "client_share": max(each.client_share for every in runs.values() for each in every),
        "contenders": {name: _shape(each) for name, each in runs.items()},
        "meter_day_to_static": _ratio(runs, METER_DAY, STATIC),
        "meter_day_new_url_to_static": _ratio(runs, NEW_URL, STATIC),
        "unchanged_to_static_304": _ratio(runs, UNCHANGED, STATIC_304),
    }


def _contenders(path: str, tag: str) -> Mapping[str, Ask]:
    token = {"Authorization": f"Bearer {TOKEN}"}
    has_it = {"If-None-Match": tag}
    return {
        METER_DAY: Ask(200, path, token),
        NEW_URL: Ask(200, path, token, ever_new=True),
        # The request headers are the same, since each contender must pay for reading them.
        STATIC: Ask(200, STATIC_PATH, token),
        UNCHANGED: Ask(304, path, token | has_it),
        STATIC_304: Ask(304, STATIC_PATH, token | has_it),
    }


async def _rounds(port: int, contenders: Mapping[str, Ask], order: Order) -> Runs:
    runs: Runs = {name: [] for name in contenders}
    for ask in contenders.values():
        await load(port, ask, "warm", order.connections, min(WARM_SECONDS, order.seconds))
    for number in range(order.rounds):
        turn = list(contenders.items())
        # Every other round runs in reverse order, so that a drift hits all contenders alike.
        for name, ask in turn if number % 2 == 0 else reversed(turn):
            answered = await load(port, ask, str(number), order.connections, order.seconds)
            runs[name].append(answered)
            order.say(f"{name}: {answered.per_second:.0f} requests/s")
    return runs


@asynccontextmanager
async def served(settings: Settings, directory: Path) -> AsyncIterator[int]:
    """Serve the API in a separate process; give its port."""
    port, log = free_port(), directory / "serve.log"
    arguments = (str(port), str(_kept_path(directory)))
    async with (
        running(SERVER, *arguments, settings=settings, log=log) as process,
        httpx.AsyncClient(base_url=f"http://{HOST}:{port}", trust_env=False) as client,
    ):
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await _is_ready(client):
                    if process.returncode is not None:
                        raise ended("the API", process, log)
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise ended("the API", process, log) from error
        yield port


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def _kept(port: int, path: str) -> Kept:
    """Return the API's answer, which the static contender copies. Raises ContenderError."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "identity"}
    base = f"http://{HOST}:{port}"
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as client:
        full = await client.get(path)
        if full.status_code != 200:
            raise ContenderError(f"meter day: {full.status_code} {full.text}")
        segments = full.json()["usage_segments"]
        if [len(each["values"]) for each in segments] != [INTERVALS]:
            raise ContenderError(f"meter day: not one segment of {INTERVALS} intervals: {segments}")
        tag = full.headers["etag"]
        unchanged = await client.get(path, headers={"If-None-Match": tag})
    return Kept(_headers(full), _headers(unchanged), tag, full.text)


def _headers(answer: httpx.Response) -> list[tuple[str, str]]:
    own = [(name, value) for name, value in answer.headers.items() if name not in _NOT_KEPT]
    length = [("content-length", str(len(answer.content)))] if answer.status_code == 200 else []
    return own + length


def _kept_path(directory: Path) -> Path:
    return directory / "static.json"


def _shape(runs: list[Answered]) -> dict[str, object]:
    rates = [each.per_second for each in runs]
    return {"per_second": median(rates), "runs": rates}


def _ratio(runs: Runs, name: str, other: str) -> float:
    """Return the median of the rounds' ratios, since a round's rates are measured close in time."""
    return median(
        one.per_second / beside.per_second
        for one, beside in zip(runs[name], runs[other], strict=True)
    )
