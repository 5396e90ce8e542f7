"""What can be asked of lineage, who sees what of it, and how it comes in pages."""

from datetime import datetime, timedelta

import pytest

from api.lineage import explained as lineage
from gridfeed.domain.words import PointQuality
from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, micro, utc
from tests.api.discovery.documented import assert_documented
from tests.api.lineage.lineage_plant import (
    DAY_AHEAD,
    NOON,
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


@pytest.fixture
async def plant(store: Store) -> Store:
    return await planted(store)


async def test_at_names_one_interval_by_local_time_or_instant(
    plant: Store, api: Application
) -> None:
    await plant.execute("UPDATE project SET timezone = 'America/Denver'")
    await plant.values("2026-03-01 12:00", [1, 2, 3], interval_seconds=900)

    for at in ("05:15", "05:29:59", "2026-03-01T12:15:00Z"):
        assert (await only(api, SCADA, at=at))["energy_kwh"] == "2.000000"
    answer = await api.get(path_of(SCADA), at="06:00")
    assert (answer.status_code, answer.json()["detail"]) == (
        404, "`at` matches none of the 3 intervals of the segment.",
    )  # fmt: skip
    assert (await api.get(path_of(SCADA), at="noon")).json()["parameter"] == "at"


NUMBERS = pytest.mark.parametrize(
    "number", ["a:b:c", "rack/7", "50%", "a?b#c", "a#1", "a/lineage", "dağ", "%2F", "a&b=c+d\\"]
)


@NUMBERS
async def test_any_meter_number_can_be_asked_for(
    store: Store, api: Application, number: str
) -> None:
    await store.project()
    await store.meter(number)
    await store.client()
    await store.value("2026-03-01 12:00", 1, meter=number)

    shape = await ask(api, f"{number}:scada:2026-03-01:300")

    assert shape["cds_usagesegment_id"] == f"{number}:scada:2026-03-01:300"
    assert len(shape["intervals"]) == 1


@NUMBERS
async def test_next_leads_on_of_any_meter_number(
    store: Store, api: Application, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    monkeypatch.setattr(lineage, "PAGE_INTERVALS", 1)
    await store.project()
    await store.meter(number)
    await store.client()
    await store.values("2026-03-01 12:00", [1, 2], meter=number)

    url = (await ask(api, f"{number}:scada:2026-03-01:300"))["next"]

    second = (await api.get(url)).json()
    assert second["cds_usagesegment_id"] == f"{number}:scada:2026-03-01:300"
    assert [each["energy_kwh"] for each in second["intervals"]] == ["2.000000"]


@pytest.mark.parametrize("path", ["a%00b", "%FF", "%ED%A0%80"])
async def test_bytes_that_no_meter_number_has_are_not_found(plain: Application, path: str) -> None:
    answer = await plain.get(f"{SEGMENTS}/{path}:scada:2026-03-01:900/lineage")
    assert answer.status_code == 404


async def test_what_is_unknown_and_what_is_anothers_are_answered_alike(
    plant: Store, api: Application
) -> None:
    await carried_in(plant)
    await plant.client("others", projects=["q"])
    await plant.client("settlement", production_formats=["settlement"])

    told = {
        (answer.status_code, answer.json()["detail"].replace(segment, "X"))
        for token, segment in (
            ("others", SCADA), ("settlement", SCADA), ("all", "n:scada:2026-03-01:900"),
            ("all", "m:scada:2026-03-02:900"), ("all", "nonsense"),
        )
        for answer in [await api.get(path_of(segment), token)]
    }  # fmt: skip
    assert told == {(404, "There is no usage segment X, or the token may not see it.")}


async def test_samples_of_a_project_that_may_not_be_seen_are_missed_and_not_shown(
    plant: Store, api: Application
) -> None:
    await carried_in(plant)
    await plant.project("q", interval_seconds=900)
    await plant.move("q", NOON)
    await plant.client("q", projects=["q"])

    (interval,) = (await ask(api, SCADA, "q"))["intervals"]

    assert interval["parts"][0]["sample"] is None
    assert interval["equal"] is None
    assert interval["notes"][0].startswith("the meter belonged to another project shortly before")
    assert (await only(api, SCADA))["equal"] is True


async def test_a_long_day_comes_in_pages_that_end_with_an_interval(
    plant: Store, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "PAGE_INTERVALS", 3)
    for channel in ("GROSS", "NET"):
        await plant.values("2026-03-01", [1, 2, 3], interval_seconds=900, channel=channel)

    pages, url = [], path_of(SCADA)
    while url:
        page = (await api.get(url)).json()
        pages.append([(each["interval_start"][11:16], each["channel"])
                      for each in page["intervals"]])  # fmt: skip
        url = page["next"]

    both = ("GROSS", "NET")
    assert pages == [
        [(at, channel) for at in ("00:00", "00:15") for channel in both],
        [("00:30", channel) for channel in both],
    ]


async def test_many_samples_fill_a_page(
    plant: Store, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "PAGE_SAMPLES", 100)
    for start in ("00:00", "00:15"):
        await plant.block(f"2026-03-01 {start}", [(at, 1) for at in range(100)])
        await plant.value(f"2026-03-01 {start}", 1, interval_seconds=900, samples=100)

    page = await ask(api, SCADA)

    assert len(page["intervals"]) == 1
    assert "start=2026-03-01T00%3A15%3A00" in page["next"]


async def test_the_answer_says_what_made_it(plant: Store, api: Application) -> None:
    await carried_in(plant)

    code = (await ask(api, SCADA))["code"]

    assert code["gridfeed"] == "0.1.0"
    assert code["schema"] >= 9
    assert code["tzdata"][:2] == "20"


async def test_a_sample_that_another_replaced_is_shown(plant: Store, api: Application) -> None:
    await plant.block("2026-03-01 12:00", [(0, 10), (0, 11)], offset=4)
    await plant.value(NOON, 11 / 4, interval_seconds=900, mean_microkw=micro(11),
                      peak_microkw=micro(11), samples=1)  # fmt: skip

    interval = await only(api, SCADA)

    assert [each["offset"] for each in interval["replaced_samples"]] == [4]
    assert interval["equal"] is True


async def test_every_member_is_documented(plant: Store, api: Application) -> None:
    await carried_in(plant)
    await settled_twice(plant)
    await forecast_twice(plant)
    await set_to(plant, 3000)
    paths = (await api.get("/openapi.json")).json()["paths"]
    operation = paths["/cds/v1/usage-segments/{cds_usagesegment_id}/lineage"]["get"]
    documented = operation["responses"]["200"]["content"]["application/json"]

    assert [(each["name"], each["in"]) for each in operation["parameters"]] == [
        ("cds_usagesegment_id", "path"), ("as_of", "query"), ("at", "query"), ("start", "query"),
        ("If-None-Match", "header"),
    ]  # fmt: skip
    for segment in (SCADA, SETTLEMENT, DAY_AHEAD):
        assert_documented(documented["schema"], await ask(api, segment))


async def test_two_hours_of_one_second_samples_are_explained_in_one_answer(
    plant: Store, api: Application
) -> None:
    for quarter in range(8):
        start = utc("2026-03-01") + quarter * timedelta(minutes=15)
        stamp = datetime.strftime(start, "%Y-%m-%d %H:%M")
        await plant.block(stamp, [(at, at % 7) for at in range(900)], offset=quarter * 900,
                          quality=PointQuality.GOOD)  # fmt: skip
        await plant.value(start, 1, interval_seconds=900, samples=900)

    answer = await api.get(path_of(SCADA))

    assert answer.status_code == 200
    assert len(answer.json()["intervals"]) == 8
