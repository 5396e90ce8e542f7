"""The contenders of `bench rest`: who is asked for what, and whether the answers are right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from cli.bench.contender import ContenderError
from cli.bench.meter_day import INTERVALS, MeterDay
from cli.bench.ranges_fleet import TOKEN
from cli.bench.rest_load import Ask, AskOnce
from cli.bench.rest_served import Served
from cli.bench.rest_server import STATIC_PATH, Kept
from cli.local.service import HOST

METER_DAY, NEW_URL, STATIC = "meter_day", "meter_day_new_url", "static"
UNCHANGED, STATIC_304 = "unchanged", "static_304"
NEW_METER_DAY, JSON_AGG = "new_meter_day", "json_agg"
WHILE_WRITING = "meter_day_while_writing"
#: The name of the run before the first round, which is not measured.
WARM = "warm"
#: Headers that differ between answers.
_NOT_KEPT = {"date", "content-length"}
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True, slots=True)
class Contender:
    """A server and the request to it."""

    served: Served
    ask: Ask | AskOnce


def contenders(
    api: Served, plain: Served, days: Mapping[str, Sequence[MeterDay]], same: MeterDay, tag: str
) -> dict[str, Contender]:
    """Return the contenders by name.

    plain: the server with the plainest route. days: the new meter-days of each run. same: the
    meter-day that is requested again and again. tag: its entity tag.
    """
    path, has_it = same.segment_path(), {"If-None-Match": tag}
    segments = {run: [day.segment_path() for day in some] for run, some in days.items()}
    texts = {run: [day.json_agg_path() for day in some] for run, some in days.items()}
    asks: dict[str, Ask | AskOnce] = {
        METER_DAY: Ask(200, path, _HEADERS),
        WHILE_WRITING: Ask(200, path, _HEADERS),
        NEW_URL: Ask(200, path, _HEADERS, ever_new=True),
        # The request headers are the same, since each contender must pay for reading them.
        STATIC: Ask(200, STATIC_PATH, _HEADERS),
        UNCHANGED: Ask(304, path, _HEADERS | has_it),
        STATIC_304: Ask(304, STATIC_PATH, _HEADERS | has_it),
        NEW_METER_DAY: AskOnce(200, segments, _HEADERS),
    }
    found = {name: Contender(api, ask) for name, ask in asks.items()}
    return found | {JSON_AGG: Contender(plain, AskOnce(200, texts, _HEADERS))}


def of_runs(days: Sequence[MeterDay], rounds: int) -> dict[str, Sequence[MeterDay]]:
    """Share meter-days among the rounds and the run before them. Raises ContenderError."""
    runs = [WARM, *(str(number) for number in range(rounds))]
    if len(days) < len(runs):
        raise ContenderError(
            f"{len(days)} meter-days are stored besides the one that is requested again, but"
            f" {rounds} rounds need {len(runs)}: raise --meters or --days"
        )
    return {run: days[place :: len(runs)] for place, run in enumerate(runs)}


async def kept_answer(api: Served, plain: Served, day: MeterDay) -> tuple[Kept, int]:
    """Return the API's answer, which the static contender copies, and the plain answer's bytes.

    Raises ContenderError if one lacks an interval, or their energies differ.
    """
    async with _client(api) as client, _client(plain) as other:
        full = await _answered(client, day.segment_path())
        segments = full.json()["usage_segments"]
        if [len(each["values"]) for each in segments] != [INTERVALS]:
            raise ContenderError(f"meter day: not one segment of {INTERVALS} intervals: {segments}")
        tag = full.headers["etag"]
        unchanged = await client.get(day.segment_path(), headers={"If-None-Match": tag})
        text = await _answered(other, day.json_agg_path())
    # Usage segments count energy as the grid does: generation is negative.
    energies = [-round(amounts[0]["eu"] * 1_000_000) for amounts in segments[0]["values"]]
    if energies != [row["energy_microkwh"] for row in text.json()]:
        raise ContenderError(f"the plain route has other values of {day}: {text.text[:300]}")
    kept = Kept(_headers(full), _headers(unchanged), tag, full.text)
    return kept, len(text.content)


def _client(served: Served) -> httpx.AsyncClient:
    headers = _HEADERS | {"Accept-Encoding": "identity"}
    base = f"http://{HOST}:{served.port}"
    return httpx.AsyncClient(base_url=base, headers=headers, trust_env=False)


async def _answered(client: httpx.AsyncClient, path: str) -> httpx.Response:
    answer = await client.get(path)
    if answer.status_code != 200:
        raise ContenderError(f"{path}: {answer.status_code} {answer.text}")
    return answer


def _headers(answer: httpx.Response) -> list[tuple[str, str]]:
    own = [(name, value) for name, value in answer.headers.items() if name not in _NOT_KEPT]
    length = [("content-length", str(len(answer.content)))] if answer.status_code == 200 else []
    return own + length
