"""A real recording through the whole path equals the plain reference to the last digit."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gridfeed.avro.encode import encode_telemetry
from gridfeed.domain.telemetry.samples import quantise_one
from gridfeed.kafka.topics import Stream
from tests import reference
from tests.e2e.system import System

RECORDING = Path(__file__).parents[2] / "examples/data/serf_east_1min_ac_power.csv"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PROJECT = """
projects:
  - id: serf-east
    timezone: America/Denver
    interval_seconds: 300
    meters:
      - {number: serf-east-1, capacity_kw: 6}
"""


def recorded() -> list[tuple[datetime, float]]:
    """Return (instant, kilowatts) of the recording, from 04:33 on, negative at night."""
    with RECORDING.open() as lines:
        rows = list(csv.reader(lines))[1:]
    return [(datetime.fromisoformat(at), float(watts) / 1000) for at, watts in rows]


async def test_the_serf_east_recording_equals_the_reference_to_the_last_digit(
    system: System,
) -> None:
    samples = recorded()
    system.run("projects", "apply", "-", given=PROJECT)
    system.start("worker")
    await system.send(
        Stream.TELEMETRY,
        [("serf-east-1", encode_telemetry("serf-east-1", at, power)) for at, power in samples],
    )
    await system.wait_until_handled()

    stored = {
        (row["interval_start"] - EPOCH) // timedelta(microseconds=1): tuple(row)[1:]
        for row in await system.fetch(
            "SELECT interval_start, energy_microkwh, mean_microkw, peak_microkw, quality,"
            " coverage_us, longest_gap_us, samples FROM interval_value"
        )
    }
    expected = reference.values(
        [
            reference.Sample((at - EPOCH) // timedelta(microseconds=1), quantise_one(power))
            for at, power in samples
        ],
        reference.Rule(300_000_000, 0, 120_000_000, linear=False),
    )
    assert stored == {start: tuple(value) for start, value in expected.items()}
    assert len(stored) == 523
    assert min(energy for energy, *_ in stored.values() if energy is not None) < 0
    first = min(stored)
    assert stored[first][0] is None, "04:33 to 04:35 covers 2 of 5 minutes"
