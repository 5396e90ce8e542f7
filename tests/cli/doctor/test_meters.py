"""Meters without data, silent ones, and those that sample more rarely than a sample holds."""

from datetime import timedelta

import pytest

from gridfeed import clock
from gridfeed.domain.few import few
from gridfeed.storage.statements import sql
from tests.cli.doctor.conftest import checked

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def declare(connection):
    """A function that declares a meter, of 5-minute intervals unless said, and returns its id."""

    async def declared(number, *, hold=120, interval=300, at=None, until="infinity"):
        await connection.execute(
            "INSERT INTO project (cds_productionproject_id, tenant, name, timezone,"
            " interval_seconds, interval_anchor_seconds, units)"
            " VALUES ($1, 'default', $1, 'UTC', $2, 0, 'kWh')",
            f"of-{number}",
            interval,
        )
        meter_id = await connection.fetchval(
            "INSERT INTO meter (meter_number, cds_productionproject_id, capacity_kw, integration,"
            " hold_limit_seconds, created_at) VALUES ($1, $2, 10, 'step', $3, $4)"
            " RETURNING meter_id",
            number,
            f"of-{number}",
            hold,
            at or clock.now() - timedelta(days=9),
        )
        await connection.execute(
            "INSERT INTO membership (meter_id, cds_productionproject_id, ends_at)"
            " VALUES ($1, $2, $3::text::timestamptz)",
            meter_id,
            f"of-{number}",
            until,
        )
        return meter_id

    return declared


async def sample(connection, meter_id, last, *, every, count=30, interval=300):
    """Store what `count` samples leave behind, one each `every` seconds, the last at `last`."""
    times = [last - n * timedelta(seconds=every) for n in range(count)]
    await connection.execute(
        "WITH binned AS ("
        " SELECT date_bin($3 * interval '1 second', at, 'epoch') AS start, count(*) AS samples"
        " FROM unnest($2::timestamptz[]) AS at GROUP BY 1"
        "), block AS ("
        " INSERT INTO sample_block (meter_id, channel, interval_start, source_id, samples,"
        " through_offset, block) SELECT $1, 'GROSS', start, 1, samples, 0, '' FROM binned"
        "), value AS ("
        " INSERT INTO interval_value (meter_id, production_format, channel, interval_start,"
        " interval_seconds, samples, coverage_us)"
        " SELECT $1, 'scada', 'GROSS', start, $3, samples, 1 FROM binned"
        "), day AS ("
        " INSERT INTO series_day SELECT DISTINCT $1, 'scada'::production_format,"
        " 'GROSS'::channel, (start AT TIME ZONE 'UTC')::date, $3, now() FROM binned"
        ") INSERT INTO series VALUES ($1, 'scada', 'GROSS', now())",
        meter_id,
        times,
        interval,
    )


async def test_a_meter_that_sends_every_2_seconds_is_well(settings, connection, declare):
    await sample(connection, await declare("quick"), clock.now(), every=2, count=900)
    found = await checked(settings)
    assert found["meters"].seen == "every meter in force has data"
    assert found["telemetry"].seen == "no meter is silent or sends too rarely"


async def test_meters_that_never_sent_are_named_unless_out_of_force_or_declared_just_now(
    settings, declare
):
    await declare("old")
    await declare("gone", until=str(clock.now() - timedelta(days=1)))
    await declare("new", at=clock.now() - 5 * MINUTE)
    found = await checked(settings)
    assert found["meters without data"].state == "problem"
    assert found["meters without data"].seen == "in force, but never sent a message (1): old"
    assert found["new meters"].state == "note"
    assert found["new meters"].seen.endswith("without data so far (1): new")


async def test_a_meter_silent_for_2_hours_is_named_with_the_time_unless_its_samples_hold_longer(
    settings, connection, declare
):
    last = clock.now() - timedelta(hours=2)
    await sample(connection, await declare("silent"), last, every=60)
    await sample(connection, await declare("patient", hold=21_600), last, every=60)
    await sample(connection, await declare("alive"), clock.now() - 40 * MINUTE, every=60)
    found = (await checked(settings))["silent meters"]
    since = last.replace(minute=last.minute // 5 * 5, second=0) + 5 * MINUTE
    assert found.state == "problem"
    assert found.seen == (
        f"in force, but sent no telemetry for an hour (1): silent (since {since:%Y-%m-%d %H:%M}Z)"
    )


@pytest.mark.parametrize(
    ("spans", "enough"),
    [
        ((300, 300, 120), 300),  # one sample an interval
        ((300, 60, 120), 300),  # a sample in every fifth interval
        ((900, 3600, 600), 900),
        ((250, 3600, 120), 300),  # whole minutes are proposed
        ((120, 300, 120), None),
        ((125, 900, 120), None),  # late by less than a twentieth
        ((300, 300, 300), None),
    ],
)
async def test_samples_further_apart_than_they_hold_are_named_with_the_limit_to_set(
    settings, connection, declare, spans, enough
):
    every, interval, hold = spans
    last = clock.now().replace(second=0, microsecond=0)
    count = max(60, 5 * interval // every)
    numbers = [f"rare-{phase}" for phase in range(9)]
    for phase, number in enumerate(numbers):  # of the samples in their intervals
        meter_id = await declare(number, hold=hold, interval=interval)
        at = last - timedelta(seconds=phase * interval / 9)
        await sample(connection, meter_id, at, every=every, count=count, interval=interval)
    found = await checked(settings)
    if enough is None:
        assert not any(name.startswith("hold limit") for name in found)
        return
    rare = found[f"hold limit {enough} s"]
    assert rare.state == "problem"
    assert rare.seen.startswith("samples are further apart than their hold limit (9): rare-0 (")
    assert f" s, holds for {hold} s)" in rare.seen
    assert rare.fix.startswith(f"Set hold_limit_seconds: {enough} for these meters in the project")


async def test_old_readings_that_were_imported_are_judged_by_their_last_day(
    settings, connection, declare
):
    last = clock.now() - timedelta(days=200)
    await sample(connection, await declare("imported"), last, every=300, count=48)
    found = await checked(settings)
    assert "imported (every 300 s, holds for 120 s)" in found["hold limit 300 s"].seen
    assert found["silent meters"].state == "problem"


async def test_a_pause_between_quick_samples_is_not_rare_sampling(settings, connection, declare):
    meter_id, now = await declare("paused"), clock.now()
    await sample(connection, meter_id, now, every=10, count=60)
    await connection.execute("DELETE FROM series")
    await connection.execute("DELETE FROM series_day")
    await sample(connection, meter_id, now - timedelta(hours=3), every=10, count=400)
    assert (await checked(settings))["telemetry"].state == "ok"


def test_10_of_12_names_are_named():
    assert few(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"
    assert few(range(10)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


DAYS = {"opens": timedelta(days=-2), "closes": timedelta(days=2)}


@pytest.mark.parametrize(
    ("name", "days"), [("meters_silent", {}), ("meters_with_rare_samples", DAYS)]
)
async def test_of_a_year_of_chunks_4_at_most_are_looked_into(connection, declare, name, days):
    if not await connection.fetchval(
        "SELECT count(*) FROM pg_extension WHERE extname='timescaledb'"
    ):
        pytest.skip("plain tables have no chunks")
    meter_id, now = await declare("years"), clock.now()
    await sample(connection, meter_id, now, every=86_400, count=365)
    text, *arguments = sql(name, now=now, **{bound: now.date() + days[bound] for bound in days})
    plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {text}", *arguments))
    chunks = {word for word in plan.split() if word.startswith("_hyper_")}
    assert 1 <= len(chunks) <= 4
