"""A stranger to the project: writes Avro with fastavro alone and reads over HTTP."""

import asyncio
import io
import json
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import httpx
from aiokafka import AIOKafkaProducer
from fastavro.schema import fingerprint, to_parsing_canonical_form

from gridfeed import clock
from tests.cli.up_process import gridfeed
from tests.plain_http import PLAIN

SCHEMAS = Path(__file__).parents[2] / "schemas" / "avro"
PROJECT = """
projects:
  - id: dam
    timezone: America/Denver
    interval_seconds: 300
    meters:
      - {number: dam-1, capacity_kw: 1000000}
"""
NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)


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
    headers = {"Authorization": f"Bearer {ready['token']}"}
    answer = httpx.get(ready["api"] + path, headers=headers, timeout=30, **PLAIN)
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


def revenue_read(energy_kwh: str, settlement_version: int) -> tuple[str, bytes]:
    """Return topic and value of a read of dam-1."""
    return "meter.reads", message(
        "RevenueRead",
        meter_number="dam-1",
        interval_start=NOON,
        interval_seconds=900,
        energy_kwh=Decimal(energy_kwh),
        quality="REVENUE",
        settlement_version=settlement_version,
        read_at=NOON + timedelta(hours=1),
    )


def assert_values_arrive(ready: dict[str, str], directory: Path, seconds: float = 120) -> None:
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
    messages = [("scada.telemetry", sample) for sample in samples] + [
        revenue_read("1234567.123457", 0)
    ]
    asyncio.run(send(ready["kafka"], messages))
    values = eventually(lambda: segments(ready, "dam-1"), lambda seen: len(seen) == 2, seconds)
    assert first(values["scada"], "eu") == Decimal("-0.617284")  # 7.407408 kW x 5 min
    assert first(values["settlement"], "eu") == Decimal("-1234567.123457")
