"""Measures what long ranges cost on a database of realistic size, asked as clients ask."""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import httpx

from cli.bench.contender import ContenderError
from cli.bench.facts import machine_without_broker
from cli.bench.place import connected, own_database
from cli.bench.ranges_fleet import GROUP, TOKEN, Fleet, seed
from cli.bench.rest_served import served
from cli.local.child import tail
from cli.local.service import HOST
from gridfeed import clock
from gridfeed.settings import Settings

SEGMENTS = "/cds/v1/usage-segments"
MONTH, YEAR = timedelta(days=30), timedelta(days=365)
ANSWER_SECONDS = 300.0
JSON, CSV, PARQUET = "application/json", "text/csv", "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Order:
    """The measurement: each question is asked of every group of meters, once."""

    meters: int
    days: int
    directory: Path
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: its path, its parameters, the media type, and whether every page is asked for."""

    path: str
    parameters: Mapping[str, str]
    accept: str = JSON
    every_page: bool = False


async def bench_ranges(settings: Settings, order: Order) -> dict[str, object]:
    """Fill a new database, ask, and return seconds and bytes of each question, for JSON.

    settings: name a database that answers. Raises ContenderError.
    """
    facts = await machine_without_broker(settings)
    fleet = Fleet(order.meters, order.days, GROUP, clock.now())
    async with own_database(settings) as own:
        async with connected(own) as connection:
            stored = await seed(connection, fleet, order.say)
        async with served(own, order.directory) as api, _client(api.port) as client:
            found = {
                name: await _asked(client, name, list(asks), order)
                for name, asks in _questions(fleet).items()
            }
    return {"benchmark": "ranges", "machine": facts, "stored": stored, "questions": found}


def _questions(fleet: Fleet) -> dict[str, Iterator[Ask]]:
    """Return each question for every group of meters, so that no answer was given before."""
    end = fleet.end
    month, year = max(end - MONTH, fleet.first), max(end - YEAR, fleet.first)

    def of_group(path: str, start: datetime, accept: str, **more: str) -> Iterator[Ask]:
        for meters in fleet.groups():
            bounds = {"after": _text(start), "before": _text(end)}
            parameters = {"meter_numbers": " ".join(meters)} | bounds | more
            yield Ask(path, parameters, accept, every_page=accept == JSON)

    def of_project(path: str, **more: str) -> Iterator[Ask]:
        for project in fleet.projects():
            bounds = {"start": _text(year), "end": _text(end)}
            yield Ask(path, {"cds_productionproject_id": project} | bounds | more)

    scada = {"production_formats": "scada"}
    return {
        "first page": iter([Ask(SEGMENTS, {})]),
        "first page of four weeks": iter([Ask(SEGMENTS, {"after": _text(end - 4 * YEAR / 52)})]),
        "month as JSON, every page": of_group(SEGMENTS, month, JSON, **scada),
        "month as CSV": of_group(SEGMENTS, month, CSV, **scada),
        "month as Parquet": of_group(SEGMENTS, month, PARQUET, **scada),
        "meter-year as Parquet": (
            Ask(SEGMENTS, scada | {"meter_numbers": meters[0], "after": _text(year)}, PARQUET)
            for meters in fleet.groups()
        ),
        "production projects": iter([Ask("/cds/v1/production-projects", {})]),
        "reconciliation of a year by month": of_project("/v1/reconciliation", by="month"),
        "accuracy of a year by month": of_project(
            "/v1/forecast-accuracy", production_format="forecast_day_ahead", by="month"
        ),
        "completeness of a year by day": of_project("/v1/completeness"),
    }


async def _asked(
    client: httpx.AsyncClient, name: str, asks: list[Ask], order: Order
) -> dict[str, object]:
    seconds, sizes, refused = [], [], None
    for ask in asks:
        began = time.perf_counter()
        size = 0
        async for answer in _answers(client, ask):
            if answer.status_code == 400:
                refused = answer.json()["detail"]
            elif answer.status_code != 200:
                log = tail(order.directory / "serve.log", "serve")
                raise ContenderError(f"{name}: {answer.status_code} {answer.text[:300]}\n{log}")
            size += len(answer.content)
        seconds.append(time.perf_counter() - began)
        sizes.append(size)
        if refused:
            break
    order.say(f"{name}: {refused or f'{median(seconds):.2f} s'}")
    told = {"refused": refused} if refused else {"seconds": median(seconds), "runs": seconds}
    return told | {"bytes": int(median(sizes))}


async def _answers(client: httpx.AsyncClient, ask: Ask) -> AsyncIterator[httpx.Response]:
    url: str | None = f"{ask.path}?{urlencode(ask.parameters)}"
    while url:
        answer = await client.get(url, headers={"Accept": ask.accept})
        yield answer
        url = answer.json()["next"] if ask.every_page and answer.status_code == 200 else None


@asynccontextmanager
async def _client(port: int) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "identity"}
    base = f"http://{HOST}:{port}"
    async with httpx.AsyncClient(
        base_url=base, headers=headers, timeout=ANSWER_SECONDS, trust_env=False
    ) as client:
        yield client


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
