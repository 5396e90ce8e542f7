"""`gridfeed bench` measures real processes and says so in one JSON object."""

import asyncio
import json
from contextlib import suppress
from statistics import median

import pytest

from cli.bench.contender import ContenderError
from cli.bench.rest_load import Ask, AskOnce, load
from cli.bench.stock_rollup import StockRollup
from gridfeed.domain.calendar.instants import HOUR_US, SECOND_US
from gridfeed.domain.telemetry.plain import PlainSample, Rule, value_of
from gridfeed.domain.telemetry.samples import quantise_one
from gridfeed.domain.words import PointQuality
from tests.cli import program

SMALL = ("--messages", "3000", "--meters", "30", "--partitions", "2", "--stock-messages", "600")
CONTENDERS = {"getmany": 3000, "gridfeed": 3000, "stock_faust": 600}


@pytest.mark.slow
def test_the_ratios_are_those_of_the_rates_and_every_sample_was_stored(kafka, database_server):
    printed = program.succeed(
        *("bench", "ingest", *SMALL, "--rounds", "1", "--json"),
        kafka_bootstrap=kafka,
        database_url=database_server,
    )
    assert printed.count("\n") == 1
    measured = json.loads(printed)
    contenders = measured["contenders"]
    assert {name: each["messages"] for name, each in contenders.items()} == CONTENDERS
    for each in contenders.values():
        assert each["runs"] == [each["seconds"]]
        assert each["per_second"] == pytest.approx(each["messages"] / each["seconds"])
    rate = contenders["gridfeed"]["per_second"]
    for other in ("getmany", "stock_faust"):
        ratio = measured[f"gridfeed_to_{other}"]
        assert ratio == pytest.approx(rate / contenders[other]["per_second"])
    # 100 s of 30 meters lie in one or two intervals of 300 s each.
    assert 30 <= measured["stored"]["intervals"] <= 60
    assert measured["stored"]["compared_intervals"] == measured["stored"]["intervals"]
    assert set(measured["machine"]) == {"cpus", "python", "broker", "database", "timescaledb"}


REST_CONTENDERS = {
    *("meter_day", "meter_day_while_writing", "meter_day_new_url", "static", "unchanged"),
    *("static_304", "new_meter_day", "json_agg"),
}
REST_RATIOS = {
    "meter_day_to_static": ("meter_day", "static"),
    "meter_day_new_url_to_static": ("meter_day_new_url", "static"),
    "unchanged_to_static_304": ("unchanged", "static_304"),
    "new_meter_day_to_json_agg": ("new_meter_day", "json_agg"),
    "meter_day_while_writing_to_meter_day": ("meter_day_while_writing", "meter_day"),
}


@pytest.mark.slow
def test_the_ratios_of_rest_are_medians_over_rounds_of_answers_that_were_right(database_server):
    printed = program.succeed(
        *("bench", "rest", "--connections", "2", "--seconds", "0.1", "--rounds", "3"),
        *("--meters", "21", "--days", "4", "--json"),
        database_url=database_server,
    )
    assert printed.count("\n") == 1
    measured = json.loads(printed)
    contenders = measured["contenders"]
    assert set(contenders) == REST_CONTENDERS
    for each in contenders.values():
        assert len(each["runs"]) == 3
        assert each["per_second"] == median(each["runs"])
        assert each["answers"] > 0
        assert set(each["cpu_seconds_per_request"]) == {"server", "database"}
    assert sum(each["cpu_seconds_per_request"]["server"] for each in contenders.values()) > 0
    for ratio, (name, other) in REST_RATIOS.items():
        pairs = zip(contenders[name]["runs"], contenders[other]["runs"], strict=True)
        assert measured[ratio] == pytest.approx(median(one / beside for one, beside in pairs))
    # SCADA of five minutes, settlement of fifteen, forecasts of an hour.
    assert measured["stored"]["intervals"] == 21 * 4 * (288 + 96 + 24)
    # One meter-day is requested again and again, a quarter of the others before the rounds.
    assert contenders["new_meter_day"]["answers"] <= (21 * 4 - 1) * 3 / 4
    assert contenders["json_agg"]["answers"] <= (21 * 4 - 1) * 3 / 4
    assert measured["values_published_per_second"] > 0
    assert measured["intervals"] == 288
    # Three numbers of each interval, none shorter than {"eu":-0.000000}.
    assert measured["bytes"] > 288 * 3 * 16
    # Four columns of each interval with their names.
    assert measured["json_agg_bytes"] > 288 * 60
    assert set(measured["machine"]) == {
        *("cpus", "python", "database", "timescaledb", "http", "loop"),
    }


def test_a_fleet_with_fewer_meter_days_than_runs_is_refused(database_server):
    result = program.run(
        *("bench", "rest", "--meters", "2", "--days", "2", "--rounds", "3"),
        database_url=database_server,
    )
    assert result.exit_code == 1
    # One of the four meter-days is requested again and again; a run comes before the three rounds.
    assert "3 meter-days are stored" in result.stderr
    assert "3 rounds need 4: raise --meters or --days" in result.stderr


@pytest.mark.slow
def test_every_question_about_a_fleet_with_history_is_asked_of_every_project(database_server):
    printed = program.succeed(
        *("bench", "ranges", "--meters", "21", "--days", "2", "--json"),
        database_url=database_server,
    )
    measured = json.loads(printed)
    # SCADA of five minutes, settlement of fifteen, forecasts of an hour.
    assert measured["stored"]["intervals"] == 21 * 2 * (288 + 96 + 24)
    questions = measured["questions"]
    assert [name for name, each in questions.items() if "refused" in each] == []
    runs = {name: len(each["runs"]) for name, each in questions.items()}
    assert {name for name, number in runs.items() if number == 1} == {
        *("first page", "first page of four weeks", "production projects"),
    }
    assert set(runs.values()) == {1, 2}
    assert all(each["bytes"] > 300 for each in questions.values())


async def test_an_answer_that_is_not_the_one_asked_for_ends_the_measurement():
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\naway")
        await writer.drain()
        writer.close()  # Python 3.12 waits for it when the server closes

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ContenderError, match="503 Service Unavailable"):
            await load(port, Ask(200, "/"), "run", connections=1, seconds=0.1)


async def test_requests_that_differ_are_each_sent_once_and_their_end_ends_the_measurement():
    asked = []

    async def answer(reader, writer):
        with suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked.append(head.split()[1].decode())
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        ask = AskOnce(200, {"warm": ["/0"], "1": ["/1", "/2", "/3"]})
        answered = await load(port, ask, "1", connections=2, seconds=60)
    assert sorted(asked) == ["/1", "/2", "/3"]
    assert answered.answers == 3


@pytest.mark.parametrize("arguments", [("ingest", *SMALL), ("rest",)])
def test_a_database_that_does_not_answer_is_named_with_its_setting(kafka, arguments):
    result = program.run(
        *("bench", *arguments),
        kafka_bootstrap=kafka,
        database_url="postgresql://postgres@127.0.0.1:1/gridfeed",
    )
    assert result.exit_code == 1
    assert "GRIDFEED_DATABASE_URL" in result.stderr
    assert result.stdout == ""


def test_the_stock_agent_rolls_up_what_gridfeed_does():
    # 10 kW from 50 s on, 4 kW from 310 s on, nothing after 430 s.
    rollup = StockRollup(300 * SECOND_US, 120 * SECOND_US)
    times = [(50 + 20 * n, 10.0) for n in range(13)] + [(310, 4.0), (430, 0.0), (601, 0.0)]
    for second, power in times:
        rollup.add("m", second * SECOND_US, power)
    stock = {start: value for _, start, value in rollup.take_changed()}

    samples = [
        PlainSample(second * SECOND_US, quantise_one(power), PointQuality.GOOD)
        for second, power in times
    ]
    rule = Rule(300 * SECOND_US, 0, 120 * SECOND_US, linear=False)
    for start in (0, 300 * SECOND_US):
        plain = value_of(samples, rule, start)
        assert stock[start].covered == plain.coverage
        assert stock[start].samples == plain.samples
        assert stock[start].peak * 1_000_000 == plain.peak
    # (10 kW x 250 s) / 3600 = 694.444 Wh; covered by 83 %, Gridfeed scales it to the interval.
    assert stock[0].area / HOUR_US == pytest.approx(0.694444, abs=1e-6)


@pytest.mark.slow
def test_every_client_gets_every_change_and_the_figures_are_of_that(database_server):
    printed = program.succeed(
        *("bench", "push", "--connections", "20", "--rate", "10", "--seconds", "2", "--json"),
        database_url=database_server,
    )
    measured = json.loads(printed)
    assert (measured["changes"], measured["delivered"]) == (20, 400)
    assert (measured["complete"], measured["disorder"]) == (20, 0)
    latency = measured["latency_seconds"]
    assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"] <= latency["max"]
    assert measured["api_cpus"] > 0
    assert measured["api_memory_bytes"] > measured["memory_bytes_per_client"]
