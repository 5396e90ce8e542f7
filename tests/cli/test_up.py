"""`gridfeed up` starts everything, says where it is, and takes all of it away again."""

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import fastavro
import httpx
import psutil
import pytest
from aiokafka import AIOKafkaProducer
from fastavro.schema import fingerprint, to_parsing_canonical_form

from tests.cli.up_process import Up, gridfeed, up

EMPTY = ("--json", "--no-demo-data", "--port", "0")
SCHEMAS = Path(__file__).parents[2] / "schemas" / "avro"
PROJECT = """
projects:
  - id: dam
    timezone: America/Denver
    interval_seconds: 300
    meters:
      - {number: dam-1, capacity_kw: 1000000}
"""
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)  # noqa: TID251


@pytest.fixture
def said(tmp_path: Path) -> Iterator[IO[str]]:
    with (tmp_path / "stderr").open("w+") as file:
        yield file


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def message(record: str, **fields: object) -> bytes:
    """Return a single-object encoded record, by fastavro alone."""
    schema = json.loads((SCHEMAS / f"{record}.avsc").read_text())
    parsed = fastavro.parse_schema(schema)
    crc = fingerprint(to_parsing_canonical_form(parsed), "CRC-64-AVRO")
    body = io.BytesIO()
    fastavro.schemaless_writer(body, parsed, fields)
    return b"\xc3\x01" + bytes.fromhex(crc) + body.getvalue()


async def send(bootstrap: str, messages: list[tuple[str, bytes]]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for topic, value in messages:
            await producer.send_and_wait(topic, value, key=b"dam-1")


def get(ready: dict[str, str], path: str) -> Any:
    """Return an answer of the API, numbers with every digit."""
    answer = httpx.get(
        ready["api"] + path, headers={"Authorization": f"Bearer {ready['token']}"}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text, parse_float=Decimal)


def segments(ready: dict[str, str], meter: str) -> dict[str, list[Any]]:
    """Return the values of a meter's segments, row after row, by production format."""
    values: dict[str, list[Any]] = {}
    for segment in get(ready, f"/cds/v1/usage-segments?meter_numbers={meter}")["usage_segments"]:
        format_of = segment["gridfeed_production_format"]
        values[format_of] = values.get(format_of, []) + segment["values"]
    return values


def eventually(look: Callable[[], Any], right: Callable[[Any], bool], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not right(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)
    return seen


def first(rows: list[Any], key: str) -> Decimal:
    """Return the first value that is there under a key."""
    return next(cell[key] for row in rows for cell in row if cell and key in cell)


def assert_values_arrive(ready: dict[str, str], directory: Path) -> None:
    """Declare a meter, send it samples and a read, and read both back, every digit."""
    file = directory / "projects.yaml"
    file.write_text(PROJECT)
    gridfeed(ready, "projects", "apply", str(file))
    samples = [
        message(
            "TelemetrySample",
            meter_number="dam-1",
            observed_at=NOON + timedelta(minutes=minute),
            power_kw=7.407408,
        )
        for minute in range(5)
    ]
    read = message(
        "RevenueRead",
        meter_number="dam-1",
        interval_start=NOON,
        interval_seconds=900,
        energy_kwh=Decimal("1234567.123457"),
        quality="REVENUE",
        settlement_version=0,
        read_at=NOON + timedelta(hours=1),
    )
    messages = [("scada.telemetry", sample) for sample in samples] + [("meter.reads", read)]
    asyncio.run(send(ready["kafka"], messages))
    values = eventually(lambda: segments(ready, "dam-1"), lambda seen: len(seen) == 2, 20)
    assert first(values["scada"], "eu") == Decimal("-0.617284")  # 7.407408 kW x 5 min
    assert first(values["settlement"], "eu") == Decimal("-1234567.123457")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_line_tells_where_everything_is_and_a_signal_takes_it_away(
    number: signal.Signals, said: IO[str], tmp_path: Path
):
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(999)"])
    try:
        with up(said, *EMPTY) as running:
            ready = running.ready()
            assert set(ready) == {"api", "kafka", "database", "token"}
            assert httpx.get(ready["api"] + "/readyz").status_code == 200
            assert_values_arrive(ready, tmp_path)
            family = running.family()
            code, seconds = running.stop(number)
            assert running.process.stdout
            assert running.process.stdout.read() == ""
        assert (code, alive(family)) == (0, [])
        assert len(family) >= 4  # broker, database, worker, API
        assert seconds < 20
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.slow
def test_the_demonstration_shows_all_four_production_formats_within_a_minute(said: IO[str]):
    with up(said, "--json", "--port", "0") as running:
        started = time.monotonic()
        ready = running.ready()
        left = 60 - (time.monotonic() - started)
        wanted = {"scada", "settlement", "forecast_day_ahead", "forecast_hour_ahead"}
        eventually(lambda: set(segments(ready, "serf-east-1")), lambda seen: seen == wanted, left)
        projects = get(ready, "/cds/v1/production-projects")["production_projects"]
        assert {project["contract_rule"] for project in projects} == {"100%", "40%"}
        code, seconds = running.stop(signal.SIGINT)
    assert code == 0
    assert seconds < 20


@pytest.mark.slow
def test_the_three_lines_of_curl_work(said: IO[str]):
    with up(said, "--port", "0") as running:
        text = running.text_until("Your own data")
        curls = [line for line in text.splitlines() if line.strip().startswith("curl")]
        answers = [
            subprocess.run(
                line.strip().replace("curl", "curl -sf", 1),
                shell=True,
                capture_output=True,
                check=True,
            )
            for line in curls
        ]
        running.stop(signal.SIGINT)
    names = [next(iter(json.loads(answer.stdout))) for answer in answers]
    assert names == ["production_projects", "usage_segments", "changes"]
    assert "synthetic" in text


@pytest.mark.slow
@pytest.mark.fault
def test_a_worker_that_dies_is_reported_and_started_again_and_nothing_is_lost(
    said: IO[str], tmp_path: Path
):
    with up(said, *EMPTY) as running:
        ready = running.ready()
        child(running, "worker").kill()
        running.wait_for("worker-1 ended (killed by SIGKILL); starting it again")
        assert_values_arrive(ready, tmp_path)
        code, _seconds = running.stop(signal.SIGTERM)
    assert code == 0


@pytest.mark.slow
@pytest.mark.fault
@pytest.mark.parametrize("name", ["broker", "database"])
def test_when_broker_or_database_dies_everything_is_stopped_with_a_reason(name: str, said: IO[str]):
    with up(said, *EMPTY) as running:
        running.ready()
        family = running.family()
        child(running, {"broker": "tansu", "database": "postgres"}[name]).kill()
        assert running.process.wait(30) == 1
        assert f"the {name} ended by itself" in running.words()
    assert alive(family) == []


@pytest.mark.slow
@pytest.mark.fault
def test_a_killed_parent_leaves_nothing_running(said: IO[str]):
    with up(said, *EMPTY) as running:
        running.ready()
        family = running.family()
        os.kill(running.process.pid, signal.SIGKILL)
        eventually(lambda: alive(family), lambda left: not left, 20)


@pytest.mark.slow
def test_a_second_signal_waits_for_nothing(said: IO[str]):
    with up(said, *EMPTY) as running:
        running.ready()
        family = running.family()
        running.process.send_signal(signal.SIGINT)
        running.wait_for("stopping")
        code, seconds = running.stop(signal.SIGINT)
    assert (code, alive(family)) == (0, [])
    assert seconds < 2


def child(running: Up, word: str) -> psutil.Process:
    """Return the child whose command line holds the word."""
    return next(p for p in running.family() if word in " ".join(p.cmdline()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_it_starts_stops_what_is_there_already(
    number: signal.Signals, said: IO[str]
):
    with up(said, *EMPTY) as running:
        running.wait_for("broker ready")
        family = running.family()
        code, seconds = running.stop(number)
    assert (code, alive(family)) == (0, [])
    assert family
    assert seconds < 20


def test_a_taken_port_is_named_with_the_setting_before_anything_is_started(said: IO[str]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with up(said, GRIDFEED_API_PORT=str(port)) as running:
            assert running.process.wait(20) == 1
            words = running.words()
    assert f"port {port} is in use" in words
    assert "--port or GRIDFEED_API_PORT" in words
    assert "ready" not in words
