"""The aligned table: what stands in it, what is missing, and what a token may see."""

import pytest

from tests.api.application import Application
from tests.api.builders import Store, utc
from tests.api.comparisons.series_builder import HOUR, SERIES, ask, columns

QUARTER = {"interval_seconds": 900}
SETTLED = {"production_format": "settlement", "quality": "revenue", **QUARTER}


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project(interval_seconds=900)
    await store.meter()
    await store.client()
    return store


@pytest.mark.embedded
async def test_every_format_stands_in_one_table(plant: Store, api: Application) -> None:
    await plant.values("2026-03-01", [1, 2, None, "4.5"], **QUARTER)
    await plant.values("2026-03-01", [10, 11, 12, 13], settlement_version=0, **SETTLED)
    await plant.values("2026-03-01", [20, 21, 22], production_format="forecast_day_ahead",
                       p10_microkwh=1_000_000, issued_at=utc("2026-02-28"), **QUARTER)  # fmt: skip
    document = await ask(api)
    assert columns(document) == {
        "scada_total_gross_kwh": [1, 2, None, 4.5],
        "settlement_total_gross_kwh": [10, 11, 12, 13],
        "forecast_day_ahead_total_gross_kwh": [20, 21, 22, None],
        "forecast_day_ahead_total_gross_kwh_p10": [1, 1, 1, None],
        "forecast_day_ahead_total_gross_kwh_p90": [None] * 4,
    }
    assert (document["interval"], document["units"], document["timezone"]) == (900, "kWh", "UTC")
    assert [row[0] for row in document["rows"]][:2] == [
        "2026-03-01T00:00:00Z",
        "2026-03-01T00:15:00Z",
    ]
    assert document["columns"][1] == {
        "id": "settlement_total_gross_kwh",
        "production_format": "settlement",
        "reading_validity": "total_gross",
        "statistic": "total",
        "settlement": "latest",
        "interval": 900,
        "missing_meters": [],
    }


@pytest.mark.parametrize(
    ("units", "text"), [("Wh", "1234567.891"), ("kWh", "1234.567891"), ("MWh", "1.234567891")]
)
async def test_numbers_are_exact_and_generation_is_positive(
    store: Store, api: Application, units: str, text: str
) -> None:
    await store.project(interval_seconds=900, units=units)
    await store.meter()
    await store.client()
    await store.value("2026-03-01", "1234.567891", **QUARTER)
    await store.value("2026-03-01 00:15", "-0.000001", **QUARTER)
    body = (await api.get(SERIES, meter_number="m", **HOUR)).text
    assert f'"rows":[["2026-03-01T00:00:00Z",{text}],["2026-03-01T00:15:00Z",-0.0' in body


async def test_without_an_interval_rows_are_as_short_as_all_columns_allow(
    plant: Store, api: Application
) -> None:
    await plant.values("2026-03-01", [1, 2, 3, 4], **QUARTER)
    await plant.value("2026-03-01", 9, **SETTLED | {"interval_seconds": 1800})
    document = await ask(api)
    assert document["interval"] == 1800
    assert columns(document) == {
        "scada_total_gross_kwh": [3, 7],
        "settlement_total_gross_kwh": [9, None],
    }


async def test_a_longer_interval_is_missing_in_shorter_rows(plant: Store, api: Application) -> None:
    await plant.value("2026-03-01", 9, **SETTLED | {"interval_seconds": 3600})
    assert columns(await ask(api, interval=900)) == {"settlement_total_gross_kwh": [None] * 4}


async def test_counts_tell_what_a_value_is_made_of(plant: Store, api: Application) -> None:
    await plant.values("2026-03-01", [1, 2, None, 4], **QUARTER)
    await plant.execute(
        "UPDATE interval_value SET quality = 'estimated' WHERE energy_microkwh = 2000000"
    )
    document = await ask(api, interval=1800, include="counts")
    assert columns(document) == {
        "scada_total_gross_kwh": [3, None],
        "scada_total_gross_parts": [2, 1],
        "scada_total_gross_expected": [2, 2],
        "scada_total_gross_estimated": [1, 0],
    }


@pytest.mark.embedded
async def test_a_project_is_the_sum_of_its_meters_and_missing_where_one_is(
    plant: Store, api: Application
) -> None:
    await plant.meter("n")
    await plant.values("2026-03-01", [1, 2, 3, 4], **QUARTER)
    await plant.values("2026-03-01", [10, 20, None, 40], meter="n", **QUARTER)
    document = await ask(api, cds_productionproject_id="p")
    assert columns(document) == {"scada_total_gross_kwh": [11, 22, None, 44]}
    assert document["meter_numbers"] == ["m", "n"]
    assert "meter_number" not in document


async def test_a_meter_without_any_value_is_named(plant: Store, api: Application) -> None:
    await plant.meter("n")
    await plant.values("2026-03-01", [1, 2, 3, 4], **QUARTER)
    document = await ask(api, cds_productionproject_id="p")
    assert columns(document) == {"scada_total_gross_kwh": [None] * 4}
    assert document["columns"][0]["missing_meters"] == ["n"]


async def test_a_meter_that_moves_counts_only_while_it_belongs_to_the_project(
    plant: Store, api: Application
) -> None:
    await plant.project("q", interval_seconds=900)
    await plant.meter("n", "q")
    await plant.values("2026-03-01", [1, 2, 3, 4], **QUARTER)
    await plant.values("2026-03-01", [10, 20, 30, 40], meter="n", **QUARTER)
    await plant.move("q", utc("2026-03-01 00:30"))
    of_p = await ask(api, cds_productionproject_id="p")
    assert columns(of_p) == {"scada_total_gross_kwh": [1, 2, None, None]}
    assert columns(await ask(api, cds_productionproject_id="q")) == {
        "scada_total_gross_kwh": [10, 20, 33, 44]
    }
    assert columns(await ask(api)) == {"scada_total_gross_kwh": [1, 2, 3, 4]}
    # The hour in which it moves is that of the half that belongs to the project.
    hour = await ask(api, cds_productionproject_id="p", interval=3600)
    assert columns(hour) == {"scada_total_gross_kwh": [3]}


async def test_a_token_of_one_project_sees_a_meter_only_there(
    plant: Store, api: Application
) -> None:
    await plant.project("q", interval_seconds=900)
    await plant.values("2026-03-01", [1, 2, 3, 4], **QUARTER)
    await plant.move("q", utc("2026-03-01 00:30"))
    await plant.client("of-p", projects=["p"])
    assert columns(await ask(api, "of-p")) == {"scada_total_gross_kwh": [1, 2, None, None]}
    answer = await api.get(SERIES, "of-p", cds_productionproject_id="q", **HOUR)
    assert answer.status_code == 404


async def test_what_is_contracted_follows_the_shares(plant: Store, api: Application) -> None:
    await plant.share("37.5%", utc("2026-03-01 00:15"), utc("2026-03-01 00:30"))
    await plant.share("1/3", utc("2026-03-01 00:30"), utc("2026-03-01 00:50"))
    await plant.values("2026-03-01", [1, 2, "0.5", 4], **QUARTER)
    body = (await api.get(SERIES, meter_number="m", reading_validities="contracted", **HOUR)).text
    values = [row.split(",")[1] for row in body.partition('"rows":[[')[2][:-3].split("],[")]
    # 2 x 3/8 exactly; 0.5 / 3 rounded to 10^-6; the last one reaches over the contract's end.
    assert values == ["null", "0.750000000", "0.166667000", "null"]
    hour = await ask(api, reading_validities="contracted", interval=3600)
    assert columns(hour) == {"scada_contracted_kwh": [0.916667]}


async def test_series_and_segments_have_the_same_numbers(plant: Store, api: Application) -> None:
    await plant.share("1/3")
    await plant.values("2026-03-01", [1, 2, 3, "4.000001"], **QUARTER)
    await plant.values(
        "2026-03-01", ["-0.1", "-0.2", None, "-0.4"], channel="STATION_LOAD", **QUARTER
    )
    by_id = columns(await ask(api))
    (segment,) = await api.items("/cds/v1/usage-segments")
    wanted = {"gridfeed_contracted_usage", "electric_usage"}
    places = {
        f["gridfeed_reading_validity"]: n
        for n, f in enumerate(segment["formats"])
        if f["type"] in wanted
    }
    assert len(places) == 3
    for validity, place in places.items():
        cells = [row[place] and -next(iter(row[place].values())) for row in segment["values"]]
        assert by_id[f"scada_{validity}_kwh"] == [*cells, *[None] * (4 - len(cells))]


async def test_net_is_decided_by_the_whole_local_day(plant: Store, api: Application) -> None:
    await plant.values("2026-03-01", [1, 2], **QUARTER)
    await plant.values("2026-03-01", [-1, -1], channel="STATION_LOAD", **QUARTER)
    assert columns(await ask(api, reading_validities="net_metering")) == {
        "scada_net_metering_kwh": [0, 1, None, None]
    }
    await plant.value("2026-03-01 12:00", 5, channel="NET", **QUARTER)  # outside the rows asked for
    assert columns(await ask(api, reading_validities="net_metering")) == {
        "scada_net_metering_kwh": [None] * 4
    }


async def test_a_format_that_the_token_lacks_is_refused_and_otherwise_left_out(
    plant: Store, api: Application
) -> None:
    await plant.client("scada-only", production_formats=["scada"])
    await plant.values("2026-03-01", [1, 2, 3, 4], **QUARTER)
    await plant.values("2026-03-01", [1, 2, 3, 4], **SETTLED)
    assert columns(await ask(api, "scada-only")) == {"scada_total_gross_kwh": [1, 2, 3, 4]}
    asked = {"meter_number": "m", "production_formats": "scada settlement", **HOUR}
    answer = await api.get(SERIES, "scada-only", **asked)
    assert answer.status_code == 403
    assert "settlement" in answer.json()["detail"]


@pytest.mark.embedded
async def test_as_of_answers_what_was_published_then(plant: Store, api: Application) -> None:
    noon, first = utc("2026-03-02 12:00"), utc("2026-03-01 01:00")
    await plant.value("2026-03-01", 5, recorded_at=noon, created_at=first, **QUARTER)
    await plant.version("2026-03-01", 1, noon, recorded_at=first, created_at=first, **QUARTER)
    before, after = (
        await ask(api, as_of="2026-03-02T11:59:59Z"),
        await ask(api, as_of="2026-03-02T12:00:00Z"),
    )
    assert columns(before)["scada_total_gross_kwh"][0] == 1
    assert columns(after)["scada_total_gross_kwh"][0] == 5
    assert before["as_of"] == "2026-03-02T11:59:59Z"
    assert columns(await ask(api, as_of="2026-03-01T00:59:59Z")) == {}


async def test_a_project_without_meters_has_rows_without_columns(
    store: Store, api: Application
) -> None:
    await store.project("empty", interval_seconds=1800)
    await store.client()
    document = await ask(api, cds_productionproject_id="empty")
    assert document["rows"] == [["2026-03-01T00:00:00Z"], ["2026-03-01T00:30:00Z"]]
    assert document["columns"] == []


async def test_csv_has_a_line_of_column_ids(plant: Store, api: Application) -> None:
    await plant.values("2026-03-01", [1, None], **QUARTER)
    url = f"{SERIES}?meter_number=m&start=2026-03-01T00:00:00Z&end=2026-03-01T00:30:00Z"
    answer = await api.raw("GET", url, authorization="Bearer all", accept="text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text == (
        "start,scada_total_gross_kwh\r\n2026-03-01T00:00:00Z,1.000000\r\n2026-03-01T00:15:00Z,\r\n"
    )


async def test_a_word_with_a_comma_is_quoted_in_csv(plant: Store, api: Application) -> None:
    await plant.run(0, 'R,"1"')
    await plant.value("2026-03-01", 1, **SETTLED)
    url = f"{SERIES}?meter_number=m&start={HOUR['start']}&end={HOUR['end']}&settlement=R,%221%22"
    answer = await api.raw("GET", url, authorization="Bearer all", accept="text/csv")
    assert answer.text.startswith('start,"settlement_total_gross_kwh_R,""1"""\r\n2026-03-01')


@pytest.mark.parametrize(
    ("parameters", "refused"),
    [
        ({}, "meter_number"),
        ({"meter_number": "m", "cds_productionproject_id": "p"}, "meter_number"),
        ({"meter_number": "m", "start": ""}, "start"),
        ({"meter_number": "m", "end": HOUR["start"]}, "end"),
        ({"meter_number": "m", "end": "3026-03-01T00:00:00Z"}, "end"),
        ({"meter_number": "m", "start": "1026-03-01T00:00:00Z", "end": "1027-03-01T00:00:00Z"},
         "end"),
        ({"meter_number": "m", "interval": "week"}, "interval"),
        ({"meter_number": "m", "interval": "0"}, "interval"),
        ({"meter_number": "m", "interval": "420"}, "interval"),
        ({"meter_number": "m", "production_formats": "weather"}, "production_formats"),
        ({"meter_number": "m", "reading_validities": "net"}, "reading_validities"),
        ({"meter_number": "m", "settlement": "through:"}, "settlement"),
        ({"meter_number": "m", "vintage": "lead"}, "vintage"),
        ({"meter_number": "m", "include": "weather"}, "include"),
        ({"meter_number": "m", "as_of": "3026-03-01T00:00:00Z"}, "as_of"),
        ({"meter_number": "m", "intervals": "900"}, "intervals"),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused_by_name(
    plain: Application, parameters: dict[str, str], refused: str
) -> None:
    answer = await plain.get(SERIES, **(HOUR | parameters))
    assert answer.status_code == 400, answer.text
    assert answer.json()["parameter"] == refused


async def test_what_does_not_exist_is_404(plain: Application) -> None:
    assert (await plain.get(SERIES, meter_number="nobody", **HOUR)).status_code == 404
    assert (await plain.get(SERIES, cds_productionproject_id="none", **HOUR)).status_code == 404
