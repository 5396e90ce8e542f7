"""`gridfeed import csv` with a worker: it waits until every row is published or rejected."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.cli import program
from tests.e2e.system import System

READS = "meter_number,interval_start,interval_seconds,energy_kwh"
FORECASTS = "meter_number,product,issued_at,start,interval_seconds,power_kw"
PUBLISHED = """
SELECT v.interval_start, v.energy_microkwh FROM interval_value v JOIN meter m USING (meter_id)
WHERE m.meter_number = $1 AND v.production_format::text = $2 AND v.interval_start >= $3
  AND v.energy_microkwh IS NOT NULL
ORDER BY v.interval_start
"""


async def imported(system: System, kind: str, text: str, *options: str, **changed: object):
    """Import a text from standard input."""
    settings = {
        name.removeprefix("GRIDFEED_").lower(): value for name, value in system.environment.items()
    }
    command = ("import", "csv", "-", "--as", kind, *options)
    return await asyncio.to_thread(
        program.run, *command, stdin=text.encode(), **(settings | changed)
    )


async def published(system: System, meter: str, form: str, since: str) -> list[tuple[str, Decimal]]:
    """Return the intervals of a meter: time of day in UTC and kWh."""
    rows = await system.fetch(PUBLISHED, meter, form, datetime.fromisoformat(since))
    return [(f"{at:%H:%M}", Decimal(energy).scaleb(-6)) for at, energy in rows]


async def test_rows_are_published_when_the_import_ends(running: System) -> None:
    rows = "delta-1,2026-03-01T00:00-07:00,900,15.118250\ndelta-1,2026-03-01T00:15-07:00,900,14\n"
    result = await imported(running, "reads", f"{READS}\n{rows}")
    assert result.exit_code == 0, result.output
    assert result.stdout.split(" to ")[0] == "sent 2 messages of 1 meters"
    assert result.stdout.endswith("meter.reads; 2 published, 0 rejected\n")
    assert await published(running, "delta-1", "settlement", "2026-03-01T07:00Z") == [
        ("07:00", Decimal("15.118250")),
        ("07:15", Decimal(14)),
    ]


async def test_a_file_that_is_imported_again_is_published_and_changes_nothing(
    running: System,
) -> None:
    text = f"{READS},read_at\ndelta-1,2026-02-01T00:00-07:00,900,1.5,2026-02-02T00:00Z\n"
    count = "SELECT count(*) FROM settlement_read"
    await imported(running, "reads", text)
    before = await running.fetch(count)
    result = await imported(running, "reads", text)
    assert result.stdout.endswith("; 1 published, 0 rejected\n")
    assert await running.fetch(count) == before


async def test_rejected_rows_are_told_with_reason_and_line_and_exit_with_1(running: System) -> None:
    rows = [
        "delta-2,2026-03-01T00:00-07:00,900,1",
        "nobody,2026-03-01T00:00-07:00,900,1",
        "delta-2,2026-03-01T00:05-07:00,900,1",
        "delta-2,2026-03-01T00:15-07:00,900,99999",
        "nobody,2026-03-01T00:15-07:00,900,1",
    ]
    result = await imported(running, "reads", "\n".join([READS, *rows]))
    assert result.exit_code == 1
    assert "1 published, 4 rejected (2 unknown_meter, 1 " in result.stdout
    told = result.stderr.splitlines()
    assert [line.split(": ")[:2] for line in told[:4]] == [
        ["<stdin>:3", "unknown_meter"],
        ["<stdin>:4", "misaligned_interval"],
        ["<stdin>:5", "out_of_range"],
        ["<stdin>:6", "unknown_meter"],
    ]
    assert told[4].startswith("Correct the cause and import the file again")


async def test_json_tells_every_rejection_and_where_it_lies(running: System) -> None:
    rows = "\n".join(f"nobody,2026-03-01T{hour:02}:00Z,3600,1" for hour in range(24))
    result = await imported(running, "reads", f"{READS}\n{rows}\n", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["rows"], told["published"], told["rejected"], told["waiting"]) == (24, 0, 24, 0)
    assert told["reasons"] == {"unknown_meter": 24}
    assert [each["line"] for each in told["rejections"]] == list(range(2, 26))
    assert len({(each["partition"], each["offset"]) for each in told["rejections"]}) == 24
    assert "and 4 more" in result.stderr


async def test_letters_of_other_messages_are_not_told(running: System) -> None:
    await imported(running, "reads", f"{READS}\nnobody,2026-03-01T00:00Z,900,1\n")
    await imported(
        running, "telemetry", "meter_number,observed_at,power_kw\nnobody,2026-03-01T00:00Z,1\n"
    )
    result = await imported(running, "reads", f"{READS}\ndelta-1,2026-03-04T00:00-07:00,900,1\n")
    assert result.stdout.endswith("; 1 published, 0 rejected\n")


async def test_samples_are_published_when_the_import_ends(running: System) -> None:
    start = datetime(2026, 3, 2, 7, tzinfo=UTC)
    times = [start + timedelta(seconds=60 * n) for n in range(6)]
    rows = "".join(f"delta-1,{at.isoformat()},60\n" for at in times)
    result = await imported(running, "telemetry", f"meter_number,observed_at,power_kw\n{rows}")
    assert result.stdout.endswith("scada.telemetry; 6 published, 0 rejected\n"), result.output
    found = await published(running, "delta-1", "scada", "2026-03-02T07:00Z")
    assert found[0] == ("07:00", Decimal(5))


async def test_registers_are_waited_for_too(running: System) -> None:
    header = "meter_number,read_at,value,digits,multiplier"
    text = f"{header}\ndelta-3,2026-03-02T00:00Z,00012,5,40\n"
    result = await imported(running, "registers", text)
    assert result.stdout.endswith("meter.registers; 1 published, 0 rejected\n"), result.output


async def test_a_vintage_of_96_rows_is_one_message_and_published(running: System) -> None:
    start = datetime(2026, 3, 3, 7, tzinfo=UTC)
    rows = "".join(
        f"delta-1,DAY_AHEAD,2026-03-02T15:00Z,{(start + n * timedelta(minutes=15)).isoformat()},"
        f"900,{n},{n - 0.5},{n + 0.5},wind-2\n"
        for n in range(96)
    )
    text = f"{FORECASTS},p10_kw,p90_kw,model\n{rows}"
    result = await imported(running, "forecasts", text)
    assert result.stdout.startswith("sent 96 rows in 1 messages of 1 meters"), result.output
    assert result.stdout.endswith("forecasts; 96 published, 0 rejected\n")
    found = await published(running, "delta-1", "forecast_day_ahead", "2026-03-03T07:00Z")
    assert len(found) == 96
    assert found[1:3] == [("07:15", Decimal("0.25")), ("07:30", Decimal("0.5"))]


async def test_a_rejected_vintage_counts_its_rows_and_names_the_first(running: System) -> None:
    rows = "".join(
        f"{meter},HOUR_AHEAD,2026-03-02T00:00Z,2026-03-02T0{hour}:00-07:00,3600,1\n"
        for hour in (1, 2, 3)
        for meter in ("delta-2", "nobody")
    )
    result = await imported(running, "forecasts", f"{FORECASTS}\n{rows}")
    assert result.exit_code == 1
    assert "; 3 published, 3 rejected (3 unknown_meter)" in result.stdout
    assert result.stderr.startswith("<stdin>:3: unknown_meter: ")
    assert "(3 rows from here)" in result.stderr


async def test_a_tenants_rows_are_looked_for_on_its_topic(running: System) -> None:
    text = f"{READS}\ndelta-1,2026-03-01T00:00-07:00,900,1\n"
    result = await imported(running, "reads", text, "--tenant", "acme")
    assert result.exit_code == 1
    assert "meter.reads.acme; 0 published, 1 rejected (1 not_owner)" in result.stdout


async def test_without_a_worker_the_wait_ends_and_says_so(system: System) -> None:
    text = f"{READS}\ndelta-1,2026-03-01T00:00-07:00,900,1\n"
    result = await imported(system, "reads", text, "--wait", "1")
    assert result.exit_code == 1
    assert result.stdout.endswith("meter.reads; 0 published, 0 rejected, 1 not handled\n")
    first, second = result.stderr.splitlines()
    assert first.startswith("1 of 1 rows were not handled, and nothing happened for 1 s: no worker")
    assert "`gridfeed doctor`" in second


async def test_a_topic_that_was_created_again_is_not_taken_for_handled(system: System) -> None:
    """A worker had 50 messages of the former log; the first of the new one is not handled."""
    await system.fetch(
        "INSERT INTO ingest_source (stream, topic, kafka_partition, next_offset, published_offset)"
        " SELECT 'reads', $1 || 'meter.reads', n, 50, 50 FROM generate_series(0, 1) n",
        system.settings.topic_prefix,
    )
    text = f"{READS}\ndelta-1,2026-03-01T00:00-07:00,900,1\n"
    result = await imported(system, "reads", text, "--wait", "1")
    assert "0 published, 0 rejected, 1 not handled" in result.stdout


@pytest.mark.parametrize("options", [(), ("--wait", "5")])
async def test_without_a_database_nothing_is_sent(system: System, options: tuple[str, ...]) -> None:
    text = f"{READS}\ndelta-1,2026-03-01T00:00-07:00,900,1\n"
    nobody = "postgresql://gridfeed@127.0.0.1:1/gridfeed"
    result = await imported(system, "reads", text, *options, database_url=nobody)
    assert result.exit_code == 1
    assert "GRIDFEED_DATABASE_URL" in result.stderr
    assert "With --no-wait the command sends" in result.stderr
    result = await imported(system, "reads", text, "--no-wait", database_url=nobody)
    assert result.stdout.endswith("sent 1 messages of 1 meters to " + topic(system) + "\n")


def topic(system: System) -> str:
    return f"{system.settings.topic_prefix}meter.reads"
