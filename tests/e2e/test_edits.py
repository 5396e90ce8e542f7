"""Edits and estimates on the whole path: what streams bring meanwhile, and what is shown."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridfeed.avro.encode import encode_read, encode_telemetry
from gridfeed.domain.settlement.messages import RevenueRead
from gridfeed.domain.words import Channel, ReadQuality
from gridfeed.kafka.topics import Stream
from tests.api.application import SEGMENTS, TELEMETRY, Application, settings_for
from tests.api.builders import Store
from tests.e2e.system import System

MIDNIGHT = datetime(2026, 2, 10, 7, tzinfo=UTC)  # in Denver
READ = RevenueRead("delta-1", MIDNIGHT, 900, 1_000_000, Channel.NET, ReadQuality.VALID, 0, MIDNIGHT)
WHO = ("--who", "ana@example.org", "--why", "meter test, report 77")
ENERGY = (
    "SELECT max(energy_microkwh) FROM interval_value JOIN meter USING (meter_id)"
    " WHERE meter_number = $1 AND production_format = $2 AND interval_start = $3"
)
CAUSES = (
    "SELECT coalesce(string_agg(kind || ' ' || cause::text, ', ' ORDER BY xid, seq), '')"
    " FROM change JOIN meter USING (meter_id) WHERE meter_number = $1 AND production_format = $2"
    " AND interval_from <= $3 AND interval_to > $3 AND cause IS NOT NULL"
)


@pytest.fixture
async def api(running: System) -> AsyncIterator[Application]:
    """The API on the installation's database."""
    async with Store(running.database_url) as store:
        if not await store.execute("SELECT FROM client WHERE name = 'all'"):
            await store.client()
    async with Application(settings_for(running.database_url)) as application:
        await application.wait_until_ready()
        yield application


def edit(running: System, *words: str) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(running.run("edit", *words, *WHO, "--json"))
    return recorded


async def shown(api: Application, as_of: str | None = None) -> list[float | None]:
    """Return the energies of delta-1's settlement on 2026-02-10, as the grid counts them."""
    when = {} if as_of is None else {"as_of": as_of}
    every = await api.items(
        SEGMENTS, meter_numbers="delta-1", production_formats="settlement",
        reading_validities="net_metering",
        before="2026-02-10T08:00:00Z", after="2026-02-10T07:00:00Z", **when,
    )  # fmt: skip
    return [
        cell["eu"] for each in every for row in each["values"] for cell in row if cell is not None
    ]


async def test_a_streamed_value_waits_for_an_edit_and_is_shown_when_that_is_withdrawn(
    running: System, api: Application
) -> None:
    where = "delta-1", "settlement", MIDNIGHT
    await running.send(Stream.READS, [("delta-1", encode_read(READ))])
    await running.eventually(CAUSES, *where, until="CREATED first")
    made = edit(running, "set", "delta-1:settlement:2026-02-10:900#00:00", "1.25")
    assert await shown(api) == [-1.25]

    newer = replace(READ, settlement_version=1, energy_microkwh=1_100_000)
    await running.send(Stream.READS, [("delta-1", encode_read(newer))])
    await running.eventually(
        "SELECT max(energy_microkwh) FROM streamed_value WHERE interval_start = $1", MIDNIGHT,
        until=1_100_000,
    )  # fmt: skip
    assert await shown(api) == [-1.25]

    taken = edit(running, "withdraw", str(made["edit_id"]))
    assert await shown(api) == [-1.1]
    assert (await running.fetch(CAUSES, *where))[0][0] == (
        "CREATED first, CORRECTED edit, CORRECTED withdrawn"
    )
    before = datetime.fromisoformat(made["recorded_at"]) - timedelta(microseconds=1)
    instants = before.isoformat(), made["recorded_at"], taken["recorded_at"]
    assert [await shown(api, at) for at in instants] == [[-1.0], [-1.25], [-1.1]]


async def test_an_estimate_gives_way_to_a_measured_value_and_an_edit_does_not(
    running: System,
) -> None:
    starts = [MIDNIGHT + timedelta(minutes=15 * place) for place in range(4)]
    ends = [replace(READ, meter_number="delta-3", interval_start=at) for at in starts]
    await running.send(Stream.READS, [("delta-3", encode_read(ends[place])) for place in (0, 3)])
    await running.eventually(ENERGY, "delta-3", "settlement", starts[3], until=1_000_000)
    span = ("--start", starts[0].isoformat(), "--end", (starts[3]).isoformat())
    running.run(
        "vee", "estimate", "--meter", "delta-3", "--format", "settlement", *span, "--apply", *WHO
    )
    edit(running, "set", "delta-3:settlement:2026-02-10:900#00:30", "7")

    measured = [replace(each, energy_microkwh=1_300_000) for each in ends[1:3]]
    await running.send(Stream.READS, [("delta-3", encode_read(each)) for each in measured])
    await running.eventually(ENERGY, "delta-3", "settlement", starts[1], until=1_300_000)
    causes = [
        (await running.fetch(CAUSES, "delta-3", "settlement", at))[0][0] for at in starts[1:3]
    ]
    assert causes == ["CREATED estimate, CORRECTED measured", "CREATED estimate, CORRECTED edit"]
    assert (await running.fetch(ENERGY, "delta-3", "settlement", starts[2]))[0][0] == 7_000_000


async def test_the_samples_of_edited_telemetry_stay_and_late_ones_do_not_undo_the_edit(
    running: System, api: Application
) -> None:
    where = "delta-1", "scada", MIDNIGHT
    minutes = [encode_telemetry("delta-1", MIDNIGHT + timedelta(minutes=n), 60.0) for n in range(5)]
    await running.send(Stream.TELEMETRY, [("delta-1", each) for each in minutes])
    await running.eventually(ENERGY, *where, until=5_000_000)
    await running.eventually(
        "SELECT count(*) FROM interval_value JOIN meter USING (meter_id)"
        " WHERE meter_number = $1 AND production_format = $2 AND interval_start = $3"
        " AND finalize_at IS NULL",
        *where,
        until=1,
    )
    made = edit(running, "set", "delta-1:scada:2026-02-10:300#00:00", "4")

    late = encode_telemetry("delta-1", MIDNIGHT + timedelta(minutes=4, seconds=30), 120.0)
    await running.send(Stream.TELEMETRY, [("delta-1", late)])
    await running.eventually(
        "SELECT max(energy_microkwh) FROM streamed_value JOIN meter USING (meter_id)"
        " WHERE meter_number = $1 AND production_format = $2 AND interval_start = $3",
        *where,
        until=5_500_000,
    )
    assert (await running.fetch(ENERGY, *where))[0][0] == 4_000_000
    samples = (await api.get(
        TELEMETRY, meter_number="delta-1", start="2026-02-10T07:00:00Z",
        end="2026-02-10T07:05:00Z",
    )).json()["samples"]  # fmt: skip
    assert [each["power_kw"] for each in samples] == [60] * 5 + [120]

    edit(running, "withdraw", str(made["edit_id"]))
    assert (await running.fetch(ENERGY, *where))[0][0] == 5_500_000
