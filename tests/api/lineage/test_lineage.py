"""How the values of a usage segment came about, as the API answers it."""

import asyncio
import json

import pytest

from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality
from gridfeed.storage.edits import Edited, EditKind, EditReason, apply_edit, withdraw_edit
from tests.api.application import Application
from tests.api.builders import Store, micro, utc
from tests.api.lineage.lineage_plant import (
    DAY_AHEAD,
    NOON,
    REASON,
    SCADA,
    SETTLEMENT,
    ask,
    carried_in,
    forecast_twice,
    only,
    path_of,
    planted,
    set_to,
    settled_twice,
)
from tests.cli import program


@pytest.fixture
async def plant(store: Store) -> Store:
    return await planted(store)


async def test_the_golden_carry_in_is_seen_with_its_weights(plant: Store, api: Application) -> None:
    await carried_in(plant)

    interval = await only(api, SCADA)

    # (12 MW x 3 min + 18 x 8 + 6 x 4) / 60
    assert interval["energy_kwh"] == interval["recomputed_energy_kwh"] == "3400.000000"
    assert (interval["mean_kw"], interval["equal"]) == ("13600.000000", True)
    assert [
        (part["seconds"], part["power_kw"][0], part["carry_in"], part["sample"]["offset"])
        for part in interval["parts"]
    ] == [
        ("180.000000", "12000.000000", True, 4),
        ("480.000000", "18000.000000", False, 5),
        ("240.000000", "6000.000000", False, 6),
    ]
    assert interval["parts"][0]["sample"]["topic"] == "t0"
    assert interval["decided_by"] == "samples"


async def test_an_interval_that_lost_samples_may_be_of_is_estimated_and_comes_out_so_again(
    plant: Store, api: Application
) -> None:
    await carried_in(plant)
    await plant.execute("UPDATE interval_value SET quality = 'estimated'")
    assert (await only(api, SCADA))["equal"] is False
    await plant.execute(
        "WITH lost AS (INSERT INTO lost_stretch (source_id, first_offset, last_offset, noticed_at)"
        " SELECT min(source_id), 7, 9, now() FROM ingest_source RETURNING lost_id)"
        " INSERT INTO lost_series (lost_id, meter_id, channel, starts_at)"
        " SELECT lost_id, meter_id, 'GROSS', '2026-03-01 12:11Z' FROM lost, meter"
    )
    interval = await only(api, SCADA)
    assert interval["equal"] is True
    assert any("were deleted before" in note for note in interval["notes"])


@pytest.mark.embedded
async def test_a_settlement_shows_its_runs_and_every_version_that_was_published(
    plant: Store, api: Application
) -> None:
    await settled_twice(plant)

    interval = await only(api, SETTLEMENT)

    assert [
        (each["settlement_version"], each["run"], each["energy_kwh"], each["offset"],
         each["current"])
        for each in interval["versions"]
    ] == [(1, "FINAL", "90.000000", 8, True), (0, "INITIAL", "100.000000", 7, False)]  # fmt: skip
    assert [
        (each["energy_kwh"], each["recorded_at"], each["cause"], each["replaced_at"],
         each["replaced_by"], each["delta_kwh"])
        for each in interval["published"]
    ] == [
        ("90.000000", "2026-03-09T06:00:00Z", "settlement_version", None, None, None),
        ("100.000000", "2026-03-03T06:00:00Z", "first", "2026-03-09T06:00:00Z",
         "settlement_version", "-10.000000"),
    ]  # fmt: skip


async def test_as_of_an_instant_nothing_is_known_that_came_later(
    plant: Store, api: Application
) -> None:
    await settled_twice(plant)

    interval = await only(api, SETTLEMENT, as_of="2026-03-05T00:00:00Z")

    assert (interval["energy_kwh"], interval["equal"]) == ("100.000000", True)
    assert [each["settlement_version"] for each in interval["versions"]] == [0]
    assert [each["replaced_at"] for each in interval["published"]] == [None]
    assert (await api.get(path_of(SETTLEMENT), as_of="2026-03-02T00:00:00Z")).status_code == 404


async def test_samples_of_now_do_not_judge_a_value_of_then(plant: Store, api: Application) -> None:
    await carried_in(plant)
    await plant.version(
        NOON, 3000, utc("2026-03-01 12:16"), final=False, interval_seconds=900,
        recorded_at=utc("2026-03-01 12:10"), cause="first", finalize_at=utc("2026-03-01 12:20"),
        created_at=utc("2026-03-01 12:10"),
    )  # fmt: skip

    interval = await only(api, SCADA, as_of="2026-03-01T12:12:00Z")

    assert (interval["energy_kwh"], interval["equal"]) == ("3000.000000", None)
    assert interval["notes"][0].startswith("replaced at 2026-03-01T12:16:00Z; the arrival of")


async def test_a_forecast_shows_its_vintages_and_the_gate(plant: Store, api: Application) -> None:
    await forecast_twice(plant)
    await plant.execute("UPDATE project SET day_ahead_gate = '10:00'")

    interval = await only(api, DAY_AHEAD)

    assert (interval["gate"], interval["gate_rule"]) == (
        "2026-02-28T10:00:00Z", "issued by then",
    )  # fmt: skip
    assert [(each["mean_kw"], each["in_time"], each["why"]) for each in interval["vintages"]] == [
        ("4.000000", True, "the newest issued before the gate"),
        ("5.000000", False, "issued after the gate"),
    ]
    assert (interval["p90_kwh"], interval["equal"]) == ("2.000000", True)


async def test_of_an_edited_interval_the_edit_decides_and_the_streams_are_heard(
    plant: Store, api: Application
) -> None:
    await carried_in(plant)
    edit_id = await set_to(plant, 3000)

    interval = await only(api, SCADA)

    assert (interval["energy_kwh"], interval["decided_by"]) == ("3000.000000", "edit")
    assert (interval["recomputed_energy_kwh"], interval["equal"]) == ("3000.000000", True)
    assert interval["streamed"]["energy_kwh"] == "3400.000000"
    assert interval["streamed"]["equal"] is True
    (edit,) = interval["edits"]
    assert (edit["edit_id"], edit["kind"], edit["in_force"]) == (edit_id, "edit", True)
    assert (edit["who"], edit["why"]) == ("ada", "the transformer was metered twice")
    assert (edit["method"], edit["inputs"]) == ("by hand", {"kwh": "3000.000000"})
    assert [(each["energy_kwh"], each["cause"]) for each in interval["published"]] == [
        ("3000.000000", "edit"), ("3400.000000", "first"),
    ]  # fmt: skip


async def test_an_edit_that_was_taken_back_stays_with_who_took_it_back(
    plant: Store, api: Application
) -> None:
    await carried_in(plant)
    edit_id = await set_to(plant, 3000)
    again = EditReason("bob", "the meter was right")
    await withdraw_edit(plant.connection, edit_id, again)

    interval = await only(api, SCADA)

    assert (interval["energy_kwh"], interval["decided_by"], interval["equal"]) == (
        "3400.000000", "samples", True,
    )  # fmt: skip
    assert interval["streamed"] is None
    (edit,) = interval["edits"]
    assert (edit["in_force"], edit["ended_by"]) == (False, "withdrawn")
    assert (edit["withdrawn_who"], edit["withdrawn_why"]) == ("bob", "the meter was right")
    assert [each["cause"] for each in interval["published"]] == ["withdrawn", "edit", "first"]


async def test_an_estimate_shows_telemetry_to_those_alone_who_may_see_it(
    plant: Store, api: Application
) -> None:
    edited = Edited(
        await plant.meter_id("m"), ProductionFormat.SETTLEMENT, Channel.NET, NOON, 900, micro(9),
        ReadingQuality.ESTIMATED, "scada_shape", {"scada_kwh": "10", "intervals_around": 4},
    )  # fmt: skip
    await apply_edit(plant.connection, EditKind.ESTIMATE, REASON, [edited])
    await plant.client("settlement", production_formats=["settlement"])

    inputs = {
        token: (await ask(api, SETTLEMENT, token))["intervals"][0]["edits"][0]["inputs"]
        for token in ("all", "settlement")
    }
    assert inputs["all"] == {"scada_kwh": "10", "intervals_around": 4}
    assert inputs["settlement"] == {"intervals_around": 4}


async def test_what_validation_finds_is_flagged(plant: Store, api: Application) -> None:
    await carried_in(plant)
    await plant.execute("UPDATE meter SET capacity_kw = 1000")

    assert (await only(api, SCADA))["flags"] == ["high_limit"]


@pytest.mark.embedded
@pytest.mark.parametrize("segment", [SCADA, SETTLEMENT, DAY_AHEAD])
@pytest.mark.parametrize("as_of", [None, "2026-03-05T00:00:00Z"])
async def test_api_and_command_line_say_the_same(
    plant: Store, api: Application, database_url: str, segment: str, as_of: str | None
) -> None:
    await carried_in(plant)
    await settled_twice(plant)
    await forecast_twice(plant)
    given = {"as_of": as_of} if as_of else {}
    options = ["--as-of", as_of] if as_of else []

    command = "explain", segment, "--json", *options
    printed = await asyncio.to_thread(program.succeed, *command, database_url=database_url)

    assert json.loads(printed) == await ask(api, segment, **given)
