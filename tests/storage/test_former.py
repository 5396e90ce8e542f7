"""Databases of the former migrations, 0001 to 0022: complete ones are adopted, others refused."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

import schemas
from gridfeed.storage import former
from gridfeed.storage.migrate import (
    ChangedMigrationError,
    FormerSchemaError,
    NewerSchemaError,
    migrate,
    pending,
    refuse_newer,
)
from gridfeed.storage.source import hold_fence, open_source
from tests.storage import catalogue

#: Made from the former migrations before their files went.
CATALOGUE = json.loads(Path(__file__).with_name("former_catalogue.json").read_text("utf-8"))
EVERY = [f"{number:04d}_{name}" for number, name, _ in schemas.migrations()]
SET = [name for name in EVERY if int(name[:4]) <= former.LAST_OF_SET]
MIGRATE = [sys.executable, "-c", "from cli.main import main; main()", "migrate", "--json"]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DATA = """
INSERT INTO project (cds_productionproject_id, tenant, name, timezone, interval_seconds,
  interval_anchor_seconds, units)
  VALUES ('east', 'default', 'East', 'America/Denver', 300, 0, 'kWh');
INSERT INTO meter (meter_number, cds_productionproject_id, capacity_kw, integration,
  hold_limit_seconds) VALUES ('e-1', 'east', 6.10, 'step', 120);
INSERT INTO ingest_source (stream, topic, kafka_partition, next_offset)
  VALUES ('telemetry', 'scada.telemetry', 0, 4711);
INSERT INTO interval_value (meter_id, production_format, channel, interval_start, interval_seconds,
  energy_microkwh, cause) VALUES (1, 'scada', 'GROSS', '2026-03-01T12:00Z', 300, 41666667, 'first');
INSERT INTO change (kind, meter_id, production_format, channel, interval_from, interval_to,
  interval_seconds) VALUES ('CREATED', 1, 'scada', 'GROSS', '2026-03-01T12:00Z',
  '2026-03-01T12:05Z', 300);
"""
LOG = "SELECT number, name, applied_at, checksum FROM schema_migration WHERE number < 23"
APPLIED = "SELECT array_agg(number ORDER BY number) FROM schema_migration"
OLD, ALL = list(range(1, 23)), list(range(1, former.LAST_OF_SET + 1))
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"


async def started(database_url: str) -> Process:
    """Start `gridfeed migrate` in a process of its own."""
    environment = {**os.environ, "GRIDFEED_DATABASE_URL": database_url}
    return await asyncio.create_subprocess_exec(*MIGRATE, env=environment, stdout=PIPE)


@pytest.fixture
async def connection(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[asyncpg.Connection]:
    """A database that knows of the former migrations alone, with the set of today to come.

    That its schema is what those made, the test of the catalogue says.
    """
    every = schemas.migrations()
    monkeypatch.setattr(schemas, "migrations", lambda: every[: len(SET)])
    opened = await asyncpg.connect(empty_database_url)
    await migrate(opened)
    await opened.execute("DELETE FROM schema_migration")
    await opened.executemany(
        "INSERT INTO schema_migration VALUES ($1, $2, '2026-02-01Z', $3)",
        [(int(name[:4]), name[5:], min(known)) for name, known in former.FORMER.items()],
    )
    await opened.execute(DATA)
    yield opened
    await opened.close()


async def test_the_files_of_today_make_the_catalogue_that_the_former_ones_made(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = schemas.migrations()
    monkeypatch.setattr(schemas, "migrations", lambda: every[: len(SET)])
    opened = await asyncpg.connect(empty_database_url)
    assert await migrate(opened) == SET
    expected = dict(CATALOGUE["everywhere"])
    if await catalogue.has_timescaledb(opened):
        expected |= CATALOGUE["with TimescaleDB"]
    assert await catalogue.read(opened) == expected
    await opened.close()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE meter ALTER COLUMN station_load_kw SET DEFAULT 0",
        "ALTER TABLE lost_stretch ALTER COLUMN note SET NOT NULL",
        "ALTER TABLE feed_floor ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE webhook SET (fillfactor = 90)",
        "ALTER SEQUENCE meter_meter_id_seq CACHE 2",
        "ALTER TYPE webhook_state ADD VALUE 'of_tomorrow'",
        "CREATE INDEX more ON series (created_at)",
        "DROP INDEX webhook_secret_of",
        "REVOKE SELECT ON granted.series FROM gridfeed_reader",
        "GRANT EXECUTE ON FUNCTION granted.settled_until() TO PUBLIC",
        "GRANT USAGE ON SCHEMA pushing TO gridfeed_reader",
        "CREATE OR REPLACE VIEW lost_time AS SELECT * FROM lost_series LIMIT 0",
        "COMMENT ON TABLE meter IS 'measures'",
        "INSERT INTO catalogue_version VALUES (2)",
    ],
)
async def test_a_catalogue_that_differs_in_one_thing_is_another(
    database: asyncpg.Connection, change: str
) -> None:
    before = await catalogue.read(database)
    if "VIEW" in change:
        await database.execute("DROP VIEW granted.lost_time, lost_time")
    await database.execute(change)
    assert await catalogue.read(database) != before


async def test_a_database_with_all_former_migrations_is_adopted_and_nothing_else_changes(
    connection: asyncpg.Connection,
) -> None:
    before, log = await catalogue.read(connection), await connection.fetch(LOG)
    assert await pending(connection) == SET
    assert await migrate(connection) == SET
    assert await pending(connection) == []
    await refuse_newer(connection)
    assert await migrate(connection) == []
    assert await catalogue.read(connection) == before
    assert await connection.fetch(LOG) == log
    assert await connection.fetchval(APPLIED) == ALL


async def test_every_text_that_a_former_migration_had_is_accepted(
    connection: asyncpg.Connection,
) -> None:
    """The other tests have one of each; here is the other of those that had two."""
    assert max(len(known) for known in former.FORMER.values()) == 2
    for name, known in former.FORMER.items():
        noted = "UPDATE schema_migration SET checksum = $2 WHERE number = $1"
        await connection.execute(noted, int(name[:4]), max(known))
    assert await migrate(connection) == SET


async def test_a_migration_after_the_set_is_applied_to_an_adopted_database(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = (9999, "of_tomorrow", "ALTER TABLE meter ADD COLUMN of_tomorrow integer")
    of_set = schemas.migrations()
    monkeypatch.setattr(schemas, "migrations", lambda: [*of_set, tomorrow])
    assert await migrate(connection) == [*SET, "9999_of_tomorrow"]
    assert await connection.fetchval("SELECT count(of_tomorrow) FROM meter") == 0


async def test_a_database_that_lacks_former_migrations_is_refused_naming_what_to_run_first(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("DELETE FROM schema_migration WHERE number > 18")
    # The oldest programs kept no checksums.
    await connection.execute("ALTER TABLE schema_migration DROP COLUMN checksum")
    before = await catalogue.read(connection)
    wanted = r"is 0018_changes_out; run .* whose newest migration is 0022_lost_times first"
    with pytest.raises(FormerSchemaError, match=wanted):
        await migrate(connection)
    assert await catalogue.read(connection) == before
    assert await connection.fetchval(APPLIED) == OLD[:18]


async def test_a_former_migration_that_was_changed_before_it_was_applied_is_named(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("UPDATE schema_migration SET checksum = 'x' WHERE number = 7")
    with pytest.raises(ChangedMigrationError, match=r"0007_edits\.sql is not the file"):
        await migrate(connection)
    assert await connection.fetchval(APPLIED) == OLD


async def test_a_program_that_is_killed_while_it_adopts_leaves_the_database_as_it_was(
    connection: asyncpg.Connection, empty_database_url: str
) -> None:
    other = await asyncpg.connect(empty_database_url)
    in_hand = other.transaction()
    await in_hand.start()
    # The program waits at this row, with others written already.
    await other.execute("INSERT INTO schema_migration (number, name) VALUES (27, 'feed')")
    program = await started(empty_database_url)
    async with asyncio.timeout(60):
        while not await connection.fetchval(WAITING):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # nothing tells when a session begins to wait
    program.kill()
    await program.wait()
    await in_hand.rollback()
    await other.close()
    assert await connection.fetchval(APPLIED) == OLD
    said, _ = await (await started(empty_database_url)).communicate()
    # The program knows the files that came after the set, too.
    assert json.loads(said) == {"applied": EVERY}
    assert await connection.fetchval(APPLIED) == [*OLD, *(int(name[:4]) for name in EVERY)]


async def test_of_two_that_adopt_at_once_one_finds_nothing_to_do(
    connection: asyncpg.Connection, empty_database_url: str
) -> None:
    other = await asyncpg.connect(empty_database_url)
    both = await asyncio.gather(migrate(connection), migrate(other))
    await other.close()
    assert sorted(both) == [[], SET]


async def test_adopting_waits_for_a_former_writer_which_writes_nothing_afterwards(
    connection: asyncpg.Connection, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridfeed.storage.source.newest", lambda: 22)
    source = await open_source(connection, "telemetry", ("scada.telemetry", 0))
    adopting = await asyncpg.connect(empty_database_url)
    async with connection.transaction():
        await hold_fence(connection, source, 4712, NOW)
        migrating = asyncio.create_task(migrate(adopting))
        done, _ = await asyncio.wait([migrating], timeout=0.5)
        assert not done
    assert await migrating == SET
    await adopting.close()
    # The former program knows the former migrations alone.
    old = [(int(name[:4]), name[5:], "") for name in former.FORMER]
    monkeypatch.setattr(schemas, "migrations", lambda: old)
    with pytest.raises(NewerSchemaError, match="0031_granted_past, newer than 0022_lost_times"):
        await hold_fence(connection, source, 4713, NOW)
    assert await connection.fetchval("SELECT max(published_offset) FROM ingest_source") == 4712
