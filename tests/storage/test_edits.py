"""Edits and estimates: published with who and why, kept, taken back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from gridfeed.domain.words import ChangeCause, Channel, ProductionFormat, ReadingQuality
from gridfeed.storage.edits import (
    AcrossIntervalsError,
    Edited,
    EditKind,
    EditReason,
    NotWithdrawableError,
    apply_edit,
    list_edits,
    withdraw_edit,
)
from gridfeed.storage.source import recording_instant
from gridfeed.storage.values import ValueColumns, publish_values

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
METER = """
WITH p AS (
  INSERT INTO project (cds_productionproject_id, tenant, name, timezone, interval_seconds,
    interval_anchor_seconds, units)
  VALUES ('p', 'default', 'P', 'UTC', 900, 0, 'kWh')
), m AS (
  INSERT INTO meter (meter_number, cds_productionproject_id, capacity_kw, integration,
    hold_limit_seconds)
  VALUES ('m', 'p', 100, 'step', 120) RETURNING meter_id
), s AS (
  INSERT INTO ingest_source (stream, topic, kafka_partition) VALUES ('reads', 'r', 0)
  RETURNING source_id
), b AS (
  INSERT INTO membership (meter_id, cds_productionproject_id) SELECT meter_id, 'p' FROM m
)
INSERT INTO meter_source SELECT meter_id, source_id FROM m, s RETURNING meter_id
"""
PUBLISHED = """
SELECT energy_microkwh, quality::text, cause::text FROM interval_value
WHERE interval_start = $1
"""
CHANGES = "SELECT kind::text, cause::text, delta_microkwh FROM change ORDER BY xid, seq"
AS_OF = "SELECT energy_microkwh FROM granted_as_of.interval_value WHERE interval_start = $1"
WHO = EditReason("ana@example.org", "the current transformer was exchanged")


class Database:
    """One meter's settlement, published as the reads stream does."""

    def __init__(self, url):
        self.url = url

    async def declare(self):
        self.meter_id = await self.ask("fetchval", METER)
        return self

    async def run(self, work, *arguments):
        connection = await asyncpg.connect(self.url)
        try:
            return await work(connection, *arguments)
        finally:
            await connection.close()

    async def ask(self, how, statement, *arguments):
        return await self.run(lambda connection: getattr(connection, how)(statement, *arguments))

    async def stream(self, energy, version=0, start=NOON):
        """Publish a settled energy, None for none; return when."""

        async def published(connection):
            async with connection.transaction():
                at = await recording_instant(connection, [self.meter_id])
                values = ValueColumns(
                    meter_id=[self.meter_id],
                    production_format=[ProductionFormat.SETTLEMENT],
                    channel=[Channel.NET],
                    interval_start=[start],
                    interval_seconds=[900],
                    cause=[ChangeCause.SETTLEMENT_VERSION],
                    energy_microkwh=[energy],
                    quality=[ReadingQuality.VALID],
                    settlement_version=[version],
                )
                await publish_values(connection, values, at)
                return at

        return await self.run(published)

    def interval(self, energy, start=NOON, quality=ReadingQuality.MANUAL, seconds=900):
        return Edited(
            self.meter_id, ProductionFormat.SETTLEMENT, Channel.NET, start, seconds, energy,
            quality, "set", {},
        )  # fmt: skip

    async def edit(self, *intervals, kind=EditKind.EDIT, reason=WHO):
        return await self.run(apply_edit, kind, reason, intervals)

    async def withdraw(self, edit_id, reason=WHO):
        return await self.run(withdraw_edit, edit_id, reason)

    async def published(self, start=NOON):
        return tuple(await self.ask("fetchrow", PUBLISHED, start))

    async def changes(self):
        return [tuple(row) for row in await self.ask("fetch", CHANGES)]

    async def as_of(self, instant, start=NOON):
        async def asked(connection):
            await connection.execute(
                "SELECT set_config('gridfeed.projects', '*', false),"
                " set_config('gridfeed.production_formats', '*', false),"
                " set_config('gridfeed.as_of', $1, false)",
                instant.isoformat(),
            )
            return await connection.fetchval(AS_OF, start)

        return await self.run(asked)


@pytest.fixture
async def database(database_url):
    return await Database(database_url).declare()


async def test_an_edit_is_a_correction_with_cause_and_delta(database):
    await database.stream(10_000_000)

    await database.edit(database.interval(12_500_000))

    assert await database.published() == (12_500_000, "manual", "edit")
    assert await database.changes() == [
        ("CREATED", "first", None), ("CORRECTED", "edit", 2_500_000),
    ]  # fmt: skip


async def test_who_and_why_are_kept_with_the_edit(database):
    await database.stream(10_000_000)

    recorded = await database.edit(database.interval(12_500_000))

    (listed,) = await database.run(list_edits, None, 10)
    assert (listed.edit_id, listed.who, listed.why) == (recorded.edit_id, WHO.who, WHO.why)
    assert (listed.intervals, listed.in_force, listed.meter_numbers) == (1, 1, ["m"])


@pytest.mark.parametrize("reason", [EditReason("", "why"), EditReason("who", "")])
async def test_nothing_is_published_without_who_and_why(database, reason):
    await database.stream(10_000_000)
    with pytest.raises(asyncpg.CheckViolationError):
        await database.edit(database.interval(12_500_000), reason=reason)
    assert (await database.published())[0] == 10_000_000


async def test_what_streams_bring_while_an_edit_is_in_force_is_kept_and_not_shown(database):
    await database.stream(10_000_000)
    edit = await database.edit(database.interval(12_500_000))

    await database.stream(11_000_000, version=1)
    assert (await database.published())[0] == 12_500_000

    await database.withdraw(edit.edit_id)
    assert await database.published() == (11_000_000, "valid", "withdrawn")
    assert (await database.changes())[-1] == ("CORRECTED", "withdrawn", -1_500_000)


async def test_a_withdrawal_of_an_edit_of_an_interval_without_a_value_leaves_none(database):
    await database.stream(10_000_000, start=NOON - timedelta(minutes=15))
    edit = await database.edit(database.interval(12_500_000))
    await database.withdraw(edit.edit_id)
    assert await database.published() == (None, None, "withdrawn")


async def test_an_estimate_ends_when_a_measured_value_comes_and_an_edit_does_not(database):
    later = NOON + timedelta(minutes=15)
    estimate = replace(database.interval(12_000_000), quality=ReadingQuality.ESTIMATED)
    await database.edit(estimate, kind=EditKind.ESTIMATE)
    await database.edit(database.interval(13_000_000, start=later))

    for start in (NOON, later):
        await database.stream(11_000_000, start=start)

    assert await database.published() == (11_000_000, "valid", "measured")
    assert await database.published(later) == (13_000_000, "manual", "edit")


async def test_as_of_before_an_edit_shows_the_former_value_and_after_it_the_edited_one(database):
    streamed = await database.stream(10_000_000)
    edit = await database.edit(database.interval(12_500_000))
    withdrawn = await database.withdraw(edit.edit_id)

    instants = streamed, edit.recorded_at, withdrawn.recorded_at
    assert [await database.as_of(at) for at in instants] == [10_000_000, 12_500_000, 10_000_000]
    assert streamed < edit.recorded_at < withdrawn.recorded_at


async def test_an_edit_of_an_edit_ends_the_former_and_its_withdrawal_shows_what_was_streamed(
    database,
):
    await database.stream(10_000_000)
    first = await database.edit(database.interval(12_000_000))
    second = await database.edit(database.interval(13_000_000))

    in_force = {each.edit_id: each.in_force for each in await database.run(list_edits, "m", 10)}
    assert in_force == {first.edit_id: 0, second.edit_id: 1}
    await database.withdraw(second.edit_id)
    assert (await database.published())[0] == 10_000_000


async def test_a_value_can_be_taken_away(database):
    await database.stream(10_000_000)
    await database.edit(database.interval(None, quality=None))
    assert await database.published() == (None, None, "edit")


async def test_a_withdrawal_is_listed_with_who_why_and_the_edit_it_ended(database):
    await database.stream(10_000_000)
    edit = await database.edit(database.interval(12_000_000))
    await database.withdraw(edit.edit_id, EditReason("bo", "wrong meter"))

    withdrawal, ended = await database.run(list_edits, "m", 10)
    assert (withdrawal.kind, withdrawal.who, withdrawal.why) == ("withdrawal", "bo", "wrong meter")
    assert (withdrawal.withdraws, ended.in_force) == (edit.edit_id, 0)


@pytest.mark.parametrize(
    ("again", "said"), [(1, "in force"), (2, "is a withdrawal"), (99, "no edit 99")]
)
async def test_only_an_edit_in_force_can_be_withdrawn(database, again, said):
    await database.stream(10_000_000)
    await database.withdraw((await database.edit(database.interval(12_000_000))).edit_id)
    with pytest.raises(NotWithdrawableError, match=said):
        await database.withdraw(again)


@pytest.mark.parametrize(("minutes", "seconds"), [(5, 900), (0, 3600), (-45, 3600), (0, 300)])
async def test_an_edit_across_stored_intervals_is_refused_and_writes_nothing(
    database, minutes, seconds
):
    await database.stream(10_000_000)
    start = NOON + timedelta(minutes=minutes)
    with pytest.raises(AcrossIntervalsError, match="2026-03-01T12:00:00Z to 2026-03-01T12:15:00Z"):
        await database.edit(database.interval(1, start=start, seconds=seconds))
    assert await database.run(list_edits, None, 10) == []


async def test_neighbouring_intervals_of_an_edit_share_one_entry_of_the_feed(database):
    starts = [NOON + place * timedelta(minutes=15) for place in range(3)]
    for start in starts:
        await database.stream(10_000_000, start=start)
    recorded = await database.edit(
        *(database.interval(11_000_000, start=start) for start in starts)
    )
    assert (recorded.intervals, recorded.changes) == (3, 1)
    assert (await database.changes())[-1] == ("CORRECTED", "edit", 3_000_000)
