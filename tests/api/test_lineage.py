"""How the values of a usage segment came about, as the API answers it."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from api import lineage
from gridfeed.domain.words import Channel, PointQuality, ProductionFormat, ReadingQuality
from gridfeed.storage.edits import Edited, EditKind, Reason, apply_edit, withdraw_edit
from tests.api.application import SEGMENTS, Application
from tests.api.builders import FORECASTS, Store, micro, utc
from tests.cli import program

NOON = utc("2026-03-01 12:00")
SCADA, SETTLEMENT, DAY_AHEAD = (
    f"m:{name}:2026-03-01:900" for name in ("scada", "settlement", "forecast_day_ahead")
)
REASON = Reason("ada", "the transformer was metered twice")


def path_of(segment: str) -> str:
    return f"{SEGMENTS}/{quote(segment, safe='')}/lineage"


def ask(api: Application, segment: str, token: str = "all", **parameters: object) -> dict[str, Any]:
    answer = api.get(path_of(segment), token, **parameters)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def only(api: Application, segment: str, **parameters: object) -> dict[str, Any]:
    """Return the only interval of the answer."""
    (interval,) = ask(api, segment, **parameters)["intervals"]
    found: dict[str, Any] = interval
    return found


@pytest.fixture
def plant(store: Store) -> Store:
    store.project(interval_seconds=900, timezone="UTC")
    store.meter()
    store.execute("UPDATE meter SET hold_limit_seconds = 900, capacity_kw = 100000")
    store.execute("UPDATE meter SET modified_at = '2026-01-01Z'")
    store.client()
    return store


def carried_in(plant: Store) -> None:
    """F.12: 12 MW since 11:53, then 12:03 18, 12:11 6: 13.6 MW, 3.4 MWh."""
    source = plant.source("telemetry", None)
    plant.block("2026-03-01 11:45", [(480, 12_000)], offset=4, source_id=source)
    plant.block("2026-03-01 12:00", [(180, 18_000), (660, 6_000)], offset=5, source_id=source)
    plant.value(
        NOON, 3400, interval_seconds=900, mean_microkw=micro(13_600), peak_microkw=micro(18_000),
        samples=2, coverage_us=900_000_000, longest_gap_us=0, recorded_at=utc("2026-03-01 12:16"),
        cause="first",
    )  # fmt: skip


def settled_twice(plant: Store) -> None:
    """Version 0 says 100 kWh on 3 March, version 1 on 9 March 90 kWh."""
    source = plant.source("reads", None)
    plant.run(0, "INITIAL")
    plant.run(1, "FINAL")
    for version, energy, day, offset in ((0, 100, 3, 7), (1, 90, 9, 8)):
        plant.insert(
            "settlement_read", meter_id=plant.meter_id("m"), channel="NET", interval_start=NOON,
            interval_seconds=900, settlement_version=version, energy_microkwh=micro(energy),
            quality="revenue", read_at=utc(f"2026-03-0{day}"), source_id=source,
            kafka_offset=offset, recorded_at=utc(f"2026-03-0{day} 06:00"),
        )  # fmt: skip
    both = {
        "production_format": "settlement", "channel": "NET", "interval_seconds": 900,
        "quality": "revenue",
    }  # fmt: skip
    plant.value(
        NOON, 90, settlement_version=1, recorded_at=utc("2026-03-09 06:00"),
        cause="settlement_version", **both,
    )  # fmt: skip
    plant.version(
        NOON, 100, utc("2026-03-09 06:00"), settlement_version=0, cause="first",
        recorded_at=utc("2026-03-03 06:00"), replaced_by="settlement_version",
        delta_microkwh=micro(-10), created_at=utc("2026-03-03 06:00"), **both,
    )  # fmt: skip


def forecast_twice(plant: Store) -> None:
    """4 kW issued the morning before, 5 kW after the day began: too late."""
    source = plant.source("forecasts", None)
    for issued, power, in_time, offset in (
        ("2026-02-28 10:00", 4, True, 2), ("2026-03-01 03:00", 5, False, 3)
    ):  # fmt: skip
        plant.insert(
            "forecast_vintage", meter_id=plant.meter_id("m"), interval_start=NOON,
            production_format=FORECASTS[0], interval_seconds=900, issued_at=utc(issued),
            in_time=in_time, power_microkw=micro(power), p10_microkw=micro(2),
            p90_microkw=micro(8), model="nwp", source_id=source, kafka_offset=offset,
            recorded_at=utc(issued),
        )  # fmt: skip
    plant.value(
        NOON, 1, production_format=FORECASTS[0], interval_seconds=900, mean_microkw=micro(4),
        p10_microkwh=micro(0.5), p90_microkwh=micro(2), issued_at=utc("2026-02-28 10:00"),
        model="nwp", recorded_at=utc("2026-02-28 10:00"), cause="first",
    )  # fmt: skip


def test_the_golden_carry_in_is_seen_with_its_weights(plant: Store, api: Application) -> None:
    carried_in(plant)

    interval = only(api, SCADA)

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


def test_a_settlement_shows_its_runs_and_every_version_that_was_published(
    plant: Store, api: Application
) -> None:
    settled_twice(plant)

    interval = only(api, SETTLEMENT)

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


def test_as_of_an_instant_nothing_is_known_that_came_later(plant: Store, api: Application) -> None:
    settled_twice(plant)

    interval = only(api, SETTLEMENT, as_of="2026-03-05T00:00:00Z")

    assert (interval["energy_kwh"], interval["equal"]) == ("100.000000", True)
    assert [each["settlement_version"] for each in interval["versions"]] == [0]
    assert [each["replaced_at"] for each in interval["published"]] == [None]
    assert api.get(path_of(SETTLEMENT), as_of="2026-03-02T00:00:00Z").status_code == 404


def test_samples_of_now_do_not_judge_a_value_of_then(plant: Store, api: Application) -> None:
    carried_in(plant)
    plant.version(
        NOON, 3000, utc("2026-03-01 12:16"), final=False, interval_seconds=900,
        recorded_at=utc("2026-03-01 12:10"), cause="first", finalize_at=utc("2026-03-01 12:20"),
        created_at=utc("2026-03-01 12:10"),
    )  # fmt: skip

    interval = only(api, SCADA, as_of="2026-03-01T12:12:00Z")

    assert (interval["energy_kwh"], interval["equal"]) == ("3000.000000", None)
    assert interval["notes"][0].startswith("replaced at 2026-03-01T12:16:00Z; samples are a set")


def test_a_forecast_shows_its_vintages_and_the_gate(plant: Store, api: Application) -> None:
    forecast_twice(plant)
    plant.execute("UPDATE project SET day_ahead_gate = '10:00'")

    interval = only(api, DAY_AHEAD)

    assert (interval["gate"], interval["gate_rule"]) == (
        "2026-02-28T10:00:00Z", "issued by then",
    )  # fmt: skip
    assert [(each["mean_kw"], each["in_time"], each["why"]) for each in interval["vintages"]] == [
        ("4.000000", True, "the newest issued before the gate"),
        ("5.000000", False, "issued after the gate"),
    ]
    assert (interval["p90_kwh"], interval["equal"]) == ("2.000000", True)


def set_to(plant: Store, energy: int, channel: Channel = Channel.GROSS,
           production_format: ProductionFormat = ProductionFormat.SCADA) -> int:  # fmt: skip
    edited = Edited(
        plant.meter_id("m"), production_format, channel, NOON, 900, micro(energy),
        ReadingQuality.ESTIMATED, "by hand", {"kwh": "3000.000000"},
    )  # fmt: skip
    done = plant._runner.run(apply_edit(plant.connection, EditKind.EDIT, REASON, [edited]))
    return done.edit_id


def test_of_an_edited_interval_the_edit_decides_and_the_streams_are_heard(
    plant: Store, api: Application
) -> None:
    carried_in(plant)
    edit_id = set_to(plant, 3000)

    interval = only(api, SCADA)

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


def test_an_edit_that_was_taken_back_stays_with_who_took_it_back(
    plant: Store, api: Application
) -> None:
    carried_in(plant)
    edit_id = set_to(plant, 3000)
    again = Reason("bob", "the meter was right")
    plant._runner.run(withdraw_edit(plant.connection, edit_id, again))

    interval = only(api, SCADA)

    assert (interval["energy_kwh"], interval["decided_by"], interval["equal"]) == (
        "3400.000000", "samples", True,
    )  # fmt: skip
    assert interval["streamed"] is None
    (edit,) = interval["edits"]
    assert (edit["in_force"], edit["ended_by"]) == (False, "withdrawn")
    assert (edit["withdrawn_who"], edit["withdrawn_why"]) == ("bob", "the meter was right")
    assert [each["cause"] for each in interval["published"]] == ["withdrawn", "edit", "first"]


def test_an_estimate_shows_telemetry_to_those_alone_who_may_see_it(
    plant: Store, api: Application
) -> None:
    edited = Edited(
        plant.meter_id("m"), ProductionFormat.SETTLEMENT, Channel.NET, NOON, 900, micro(9),
        ReadingQuality.ESTIMATED, "scada_shape", {"scada_kwh": "10", "intervals_around": 4},
    )  # fmt: skip
    plant._runner.run(apply_edit(plant.connection, EditKind.ESTIMATE, REASON, [edited]))
    plant.client("settlement", production_formats=["settlement"])

    inputs = {
        token: ask(api, SETTLEMENT, token)["intervals"][0]["edits"][0]["inputs"]
        for token in ("all", "settlement")
    }
    assert inputs["all"] == {"scada_kwh": "10", "intervals_around": 4}
    assert inputs["settlement"] == {"intervals_around": 4}


def test_what_validation_finds_is_flagged(plant: Store, api: Application) -> None:
    carried_in(plant)
    plant.execute("UPDATE meter SET capacity_kw = 1000")

    assert only(api, SCADA)["flags"] == ["high_limit"]


@pytest.mark.parametrize("segment", [SCADA, SETTLEMENT, DAY_AHEAD])
@pytest.mark.parametrize("as_of", [None, "2026-03-05T00:00:00Z"])
def test_api_and_command_line_say_the_same(
    plant: Store, api: Application, database_url: str, segment: str, as_of: str | None
) -> None:
    carried_in(plant)
    settled_twice(plant)
    forecast_twice(plant)
    given = {"as_of": as_of} if as_of else {}
    options = ["--as-of", as_of] if as_of else []

    printed = program.succeed("explain", segment, "--json", *options, database_url=database_url)

    assert json.loads(printed) == ask(api, segment, **given)


def test_at_names_one_interval_by_local_time_or_instant(plant: Store, api: Application) -> None:
    plant.execute("UPDATE project SET timezone = 'America/Denver'")
    plant.values("2026-03-01 12:00", [1, 2, 3], interval_seconds=900)

    for at in ("05:15", "05:29:59", "2026-03-01T12:15:00Z"):
        assert only(api, SCADA, at=at)["energy_kwh"] == "2.000000"
    answer = api.get(path_of(SCADA), at="06:00")
    assert (answer.status_code, answer.json()["detail"]) == (
        404, "None of the 3 intervals of the segment is meant by `at`.",
    )  # fmt: skip
    assert api.get(path_of(SCADA), at="noon").json()["parameter"] == "at"


@pytest.mark.parametrize("number", ["a:b:c", "rack/7", "50%", "a?b#c", "a/lineage", "dağ", "%2F"])
def test_any_meter_number_can_be_asked_for(store: Store, api: Application, number: str) -> None:
    store.project()
    store.meter(number)
    store.client()
    store.value("2026-03-01 12:00", 1, meter=number)

    shape = ask(api, f"{number}:scada:2026-03-01:300")

    assert shape["cds_usagesegment_id"] == f"{number}:scada:2026-03-01:300"
    assert len(shape["intervals"]) == 1


def test_what_is_unknown_and_what_is_anothers_are_answered_alike(
    plant: Store, api: Application
) -> None:
    carried_in(plant)
    plant.client("others", projects=["q"])
    plant.client("settlement", production_formats=["settlement"])

    told = {
        (answer.status_code, answer.json()["detail"].replace(segment, "X"))
        for token, segment in (
            ("others", SCADA), ("settlement", SCADA), ("all", "n:scada:2026-03-01:900"),
            ("all", "m:scada:2026-03-02:900"), ("all", "nonsense"),
        )
        for answer in [api.get(path_of(segment), token)]
    }  # fmt: skip
    assert told == {(404, "There is no usage segment X, or the token may not see it.")}


def test_samples_of_a_project_that_may_not_be_seen_are_missed_and_not_shown(
    plant: Store, api: Application
) -> None:
    carried_in(plant)
    plant.project("q", interval_seconds=900)
    plant.move("q", NOON)
    plant.client("q", projects=["q"])

    (interval,) = ask(api, SCADA, "q")["intervals"]

    assert interval["parts"][0]["sample"] is None
    assert interval["equal"] is None
    assert interval["notes"][0].startswith("the meter belonged to another project nearby in time")
    assert only(api, SCADA)["equal"] is True


def test_a_long_day_comes_in_pages_that_end_with_an_interval(
    plant: Store, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "PAGE_INTERVALS", 3)
    for channel in ("GROSS", "NET"):
        plant.values("2026-03-01", [1, 2, 3], interval_seconds=900, channel=channel)

    pages, url = [], path_of(SCADA)
    while url:
        page = api.get(url).json()
        pages.append([(each["interval_start"][11:16], each["channel"])
                      for each in page["intervals"]])  # fmt: skip
        url = page["next"]

    both = ("GROSS", "NET")
    assert pages == [
        [(at, channel) for at in ("00:00", "00:15") for channel in both],
        [("00:30", channel) for channel in both],
    ]


def test_many_samples_fill_a_page(
    plant: Store, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "PAGE_SAMPLES", 100)
    for start in ("00:00", "00:15"):
        plant.block(f"2026-03-01 {start}", [(at, 1) for at in range(100)])
        plant.value(f"2026-03-01 {start}", 1, interval_seconds=900, samples=100)

    page = ask(api, SCADA)

    assert len(page["intervals"]) == 1
    assert "start=2026-03-01T00%3A15%3A00" in page["next"]


def test_the_answer_says_what_made_it(plant: Store, api: Application) -> None:
    carried_in(plant)

    code = ask(api, SCADA)["code"]

    assert code["gridfeed"] == "0.1.0"
    assert code["schema"] >= 9
    assert code["tzdata"][:2] == "20"


def test_a_sample_that_another_replaced_is_shown(plant: Store, api: Application) -> None:
    plant.block("2026-03-01 12:00", [(0, 10), (0, 11)], offset=4)
    plant.value(NOON, 11 / 4, interval_seconds=900, mean_microkw=micro(11),
                peak_microkw=micro(11), samples=1)  # fmt: skip

    interval = only(api, SCADA)

    assert [each["offset"] for each in interval["replaced_samples"]] == [4]
    assert interval["equal"] is True


def test_every_member_is_documented(plant: Store, api: Application) -> None:
    carried_in(plant)
    settled_twice(plant)
    forecast_twice(plant)
    set_to(plant, 3000)
    paths = api.get("/openapi.json").json()["paths"]
    operation = paths["/cds/v1/usage-segments/{cds_usagesegment_id}/lineage"]["get"]
    documented = operation["responses"]["200"]["content"]["application/json"]

    assert [(each["name"], each["in"]) for each in operation["parameters"]] == [
        ("cds_usagesegment_id", "path"), ("at", "query"), ("as_of", "query"), ("start", "query"),
    ]  # fmt: skip
    like(documented["schema"], documented["example"])
    for segment in (SCADA, SETTLEMENT, DAY_AHEAD):
        like(documented["schema"], ask(api, segment))


def like(schema: dict[str, Any], value: object) -> None:
    """Every required member is there, every member is documented, down to the leaves."""
    if value is None:
        assert "null" in schema["type"]
    elif "properties" in schema:
        assert isinstance(value, dict)
        assert set(schema["required"]) <= value.keys() <= schema["properties"].keys()
        for name, member in value.items():
            like(schema["properties"][name], member)
    elif "items" in schema:
        assert isinstance(value, list)
        for item in value:
            like(schema["items"], item)


def test_two_hours_of_one_second_samples_are_explained_in_one_answer(
    plant: Store, api: Application
) -> None:
    for quarter in range(8):
        start = utc("2026-03-01") + quarter * timedelta(minutes=15)
        stamp = datetime.strftime(start, "%Y-%m-%d %H:%M")
        plant.block(stamp, [(at, at % 7) for at in range(900)], offset=quarter * 900,
                    quality=PointQuality.GOOD)  # fmt: skip
        plant.value(start, 1, interval_seconds=900, samples=900)

    answer = api.get(path_of(SCADA))

    assert answer.status_code == 200
    assert len(answer.json()["intervals"]) == 8
