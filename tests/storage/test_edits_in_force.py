"""While an edit is in force its value stays published, and what streams bring waits."""

from datetime import datetime

import pytest

from gridfeed.domain.words import ChangeCause
from tests.storage.store import NOON, Store, at, row, rows

PUBLISHED = "SELECT energy_microkwh, cause::text FROM interval_value ORDER BY interval_start"
WAITING = "SELECT energy_microkwh, cause::text FROM streamed_value ORDER BY interval_start"
IN_FORCE = "SELECT ended_at, ended_by::text FROM edited_interval"
CHANGES = "SELECT kind::text, cause::text, delta_microkwh FROM change ORDER BY seq"
ESTIMATE, EDIT, WITHDRAWN = ChangeCause.ESTIMATE, ChangeCause.EDIT, ChangeCause.WITHDRAWN


async def force(store: Store, recorded_at: datetime, *, ends_by_measurement: bool = False) -> None:
    """Put an edit of noon's interval in force; what it publishes is the caller's to say."""
    await store.fetch(
        "INSERT INTO edit (kind, who, why, recorded_at) VALUES ('edit', 'me', 'test', $1)",
        recorded_at,
    )
    await store.fetch(
        "INSERT INTO edited_interval (edit_id, meter_id, production_format, channel,"
        " interval_start, interval_seconds, method, inputs, ends_by_measurement, recorded_at)"
        " VALUES (1, 1, 'scada', 'GROSS', $1, 300, 'manual', '{}', $2, $3)",
        NOON,
        ends_by_measurement,
        recorded_at,
    )


@pytest.fixture
async def edited(store: Store) -> Store:
    """40 was streamed, then 99 put in its place at 2."""
    await store.fetch(
        "INSERT INTO project (cds_productionproject_id, tenant, name, timezone, interval_seconds,"
        " interval_anchor_seconds, units) VALUES ('p', 'default', 'P', 'UTC', 300, 0, 'kWh')"
    )
    await store.fetch(
        "INSERT INTO meter (meter_number, cds_productionproject_id, capacity_kw, integration,"
        " hold_limit_seconds) VALUES ('m-1', 'p', 100, 'step', 120)"
    )
    await store.publish(row(40, is_open=True), at(1))
    await force(store, at(2))
    await store.edit(row(99, cause=EDIT), at(2))
    return store


async def test_an_edit_keeps_what_it_replaces_for_the_stream(edited: Store) -> None:
    assert await edited.fetch(PUBLISHED) == [(99, "edit")]
    assert await edited.fetch(WAITING) == [(40, "first")]
    assert (await edited.fetch(CHANGES))[1] == ("UPDATED", "edit", 59)
    kept = await edited.fetch(
        "SELECT energy_microkwh, replaced_at, replaced_by::text FROM open_version"
    )
    assert kept == [(40, at(2), "edit")]


async def test_a_streamed_value_waits_and_is_not_published(edited: Store) -> None:
    for second, energy in ((3, 41), (4, 42)):
        assert await edited.publish(row(energy), at(second)) == 0
    assert await edited.fetch(PUBLISHED) == [(99, "edit")]
    assert await edited.fetch(WAITING) == [(42, "late_samples")]
    assert await edited.fetch(IN_FORCE) == [(None, None)]
    assert len(await edited.fetch(CHANGES)) == 2


async def test_other_intervals_of_the_same_publication_are_published(edited: Store) -> None:
    assert await edited.publish(rows(row(41), row(50, interval=1)), at(3)) == 1
    assert await edited.fetch(PUBLISHED) == [(99, "edit"), (50, "first")]
    assert await edited.fetch(WAITING) == [(41, "late_samples")]


async def test_a_second_edit_leaves_what_waits_alone(edited: Store) -> None:
    await edited.edit(row(77, cause=EDIT), at(3))
    assert await edited.fetch(PUBLISHED) == [(77, "edit")]
    assert await edited.fetch(WAITING) == [(40, "first")]
    assert (await edited.fetch(CHANGES))[2] == ("CORRECTED", "edit", -22)


async def test_after_a_withdrawal_nothing_waits_and_streams_publish_again(edited: Store) -> None:
    await edited.publish(row(41), at(3))
    await edited.fetch("UPDATE edited_interval SET ended_at = $1, ended_by = 'withdrawn'", at(4))
    await edited.edit(row(41, cause=WITHDRAWN), at(4))
    assert await edited.fetch(PUBLISHED) == [(41, "withdrawn")]
    assert await edited.fetch(WAITING) == []
    await edited.publish(row(43), at(5))
    assert await edited.fetch(PUBLISHED) == [(43, "late_samples")]


async def test_what_waits_becomes_final_in_its_time_and_is_not_announced(edited: Store) -> None:
    await edited.fetch(
        "INSERT INTO ingest_source (stream, topic, kafka_partition) VALUES ('telemetry', 't', 0)"
    )
    await edited.fetch("INSERT INTO meter_source (meter_id, source_id) VALUES (1, 1)")
    assert await edited.finalise(1, clock=at(3600), recorded_at=at(3)) == 0
    assert await edited.fetch("SELECT finalize_at FROM streamed_value") == [(None,)]


@pytest.fixture
async def estimated(edited: Store) -> Store:
    """As edited, but until it is measured; no energy was known before."""
    await edited.fetch("UPDATE edited_interval SET ends_by_measurement = true")
    await edited.fetch("UPDATE streamed_value SET energy_microkwh = NULL")
    return edited


async def test_a_measurement_ends_an_estimate_and_is_published(estimated: Store) -> None:
    assert await estimated.publish(row(45), at(3)) == 1
    assert await estimated.fetch(PUBLISHED) == [(45, "measured")]
    assert await estimated.fetch(WAITING) == []
    assert await estimated.fetch(IN_FORCE) == [(at(3), "measured")]
    assert (await estimated.fetch(CHANGES))[2] == ("CORRECTED", "measured", -54)


async def test_an_interval_that_is_still_unknown_ends_no_estimate(estimated: Store) -> None:
    assert await estimated.publish(row(None), at(3)) == 0
    assert await estimated.fetch(PUBLISHED) == [(99, "edit")]
    assert await estimated.fetch(IN_FORCE) == [(None, None)]


async def test_what_waited_already_ends_no_estimate_when_it_is_replayed(edited: Store) -> None:
    await edited.fetch("UPDATE edited_interval SET ends_by_measurement = true")
    assert await edited.publish(row(40), at(3)) == 0
    assert await edited.fetch(PUBLISHED) == [(99, "edit")]
    assert await edited.fetch(IN_FORCE) == [(None, None)]


async def test_an_estimate_of_an_interval_that_nobody_published_creates_it(store: Store) -> None:
    await store.edit(row(7, cause=ESTIMATE), at(1))
    assert await store.fetch(PUBLISHED) == [(7, "estimate")]
    assert await store.fetch(WAITING) == []
    assert await store.fetch(CHANGES) == [("CREATED", "estimate", None)]
