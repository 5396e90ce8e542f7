"""DESIGN rule 8 through the real path: every reason, byte for byte, and the rest unharmed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gridfeed import clock
from gridfeed.avro.encode import encode_forecast, encode_read, encode_telemetry
from gridfeed.domain.settlement.messages import Forecast, RevenueRead
from gridfeed.domain.words import Channel, Product, ReadQuality
from gridfeed.kafka.topics import Stream, input_topic
from tests.e2e.system import System

NOW = clock.now().replace(microsecond=0)
MIDNIGHT = datetime(2026, 3, 2, 7, tzinfo=UTC)  # in Denver
SAMPLE = encode_telemetry("delta-1", NOW, 1.0)
READ = RevenueRead("delta-1", MIDNIGHT, 900, 1_000_000, Channel.NET, ReadQuality.VALID, 0, MIDNIGHT)
FORECAST = Forecast(
    "delta-1", Product.DAY_AHEAD, MIDNIGHT - timedelta(hours=9), MIDNIGHT, 900, (1.0, 2.0)
)

TELEMETRY = {
    "undecodable": SAMPLE[:-3],
    "unknown_schema": SAMPLE[:2] + b"\x00" * 8 + SAMPLE[10:],
    "unknown_meter": encode_telemetry("nobody", NOW, 1.0),
    "not_finite": encode_telemetry("delta-1", NOW, float("nan")),
    "future_timestamp": encode_telemetry("delta-1", NOW + timedelta(hours=1), 1.0),
    "too_late": encode_telemetry("delta-1", datetime(1999, 1, 1, tzinfo=UTC), 1.0),
    "out_of_range": encode_telemetry("delta-1", NOW, 100_000.0),
}
READS = {
    "undecodable": b"",
    "unknown_meter": encode_read(replace(READ, meter_number="nobody")),
    "misaligned_interval": encode_read(
        replace(READ, interval_start=MIDNIGHT + timedelta(minutes=5))
    ),
    "future_timestamp": encode_read(replace(READ, interval_start=MIDNIGHT + timedelta(days=2000))),
    "out_of_range": encode_read(replace(READ, energy_microkwh=10**15)),
}
FORECASTS = {
    "length_mismatch": encode_forecast(replace(FORECAST, p10_kw=(1.0,))),
    "not_finite": encode_forecast(replace(FORECAST, power_kw=(1.0, float("inf")))),
    "misaligned_interval": encode_forecast(
        replace(FORECAST, start=MIDNIGHT + timedelta(minutes=1))
    ),
}
CASES = [
    *((Stream.TELEMETRY, reason, message) for reason, message in TELEMETRY.items()),
    *((Stream.READS, reason, message) for reason, message in READS.items()),
    *((Stream.FORECASTS, reason, message) for reason, message in FORECASTS.items()),
]


async def rejected(system: System, key: str) -> dict[str, str]:
    """Return the headers of the one letter with this key; its message is checked by the caller."""
    letters = [
        each
        for each in await system.dead_letters(
            lambda found: any(e.key == key.encode() for e in found)
        )
        if each.key == key.encode()
    ]
    assert len(letters) == 1
    return {"value": letters[0].value.hex()} | {
        name: text.decode() for name, text in letters[0].headers
    }


@pytest.mark.parametrize(
    ("stream", "reason", "message"), CASES, ids=[f"{s}-{r}" for s, r, _ in CASES]
)
async def test_a_rejected_message_is_a_dead_letter_byte_for_byte_with_its_reason_and_origin(
    running: System, stream: Stream, reason: str, message: bytes
) -> None:
    key = f"{stream}-{reason}"
    await running.send(stream, [(key, message)])
    headers = await rejected(running, key)
    assert headers["value"] == message.hex()
    assert headers["gridfeed.reason"] == reason
    assert headers["gridfeed.topic"] == input_topic(running.settings, stream)
    assert headers["gridfeed.detail"]
    assert int(headers["gridfeed.offset"]) >= 0
    assert int(headers["gridfeed.partition"]) in {0, 1}


async def test_a_meter_of_another_tenant_is_refused_on_a_tenants_topic(running: System) -> None:
    await running.send(Stream.TELEMETRY, [("foreign", SAMPLE)], tenant="acme")
    assert (await rejected(running, "foreign"))["gridfeed.reason"] == "not_owner"


async def test_a_read_that_overlaps_one_of_another_length_is_refused(running: System) -> None:
    quarter = replace(READ, meter_number="delta-2")
    await running.send(Stream.READS, [("delta-2", encode_read(quarter))])
    await running.eventually("SELECT count(*) FROM settlement_read", until=1)
    await running.send(
        Stream.READS, [("overlap", encode_read(replace(quarter, interval_seconds=1800)))]
    )
    assert (await rejected(running, "overlap"))["gridfeed.reason"] == "overlapping_interval"


async def test_bad_records_do_not_hold_up_the_good_ones_of_their_batch(running: System) -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    good = [encode_telemetry("delta-1", start + timedelta(minutes=n), 60.0) for n in range(5)]
    mixed = [each for pair in zip(TELEMETRY.values(), good, strict=False) for each in pair]
    await running.send(Stream.TELEMETRY, [("delta-1", each) for each in mixed])
    await running.eventually(
        "SELECT energy_microkwh FROM interval_value RIGHT JOIN (VALUES (1)) AS one ON"
        " interval_start = $1 AND production_format = 'scada'",
        start,
        until=5_000_000,
    )
