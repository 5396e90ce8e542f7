"""Signs, decimals, qualities, bases and shares of a usage segment, without a database."""

import json
from collections.abc import Collection
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.segments.answer import usage_segment
from api.segments.segment import Segment
from api.web.shapes import as_json
from gridfeed.domain.calendar.interval import local_day
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality, ReadingValidity
from tests.api.builders import utc
from tests.api.segment_builder import segment, series, share

Q, V, P = ReadingQuality, ReadingValidity, ProductionFormat
SETTLEMENT = {"production_format": P.SETTLEMENT}


def text_of(of: Segment, validities: Collection[ReadingValidity] = tuple(V)) -> str:
    return as_json(usage_segment(of, validities)).decode()


def document(of: Segment, validities: Collection[ReadingValidity] = tuple(V)) -> dict[str, Any]:
    """Numbers as their JSON text, so that a digit lost or added shows."""
    text = text_of(of, validities)
    parsed: dict[str, Any] = json.loads(text, parse_float=str, parse_int=str)
    return parsed


def column(of: Segment, format_id: str) -> list[str | None]:
    """The numbers of one column, by its format's id without the prefix."""
    found = document(of)
    (place,) = [n for n, f in enumerate(found["formats"]) if f["id"] == f"gridfeed_{format_id}"]
    return [None if row[place] is None else next(iter(row[place].values()))
            for row in found["values"]]  # fmt: skip


def ids(of: Segment) -> list[str]:
    return [f["id"].removeprefix("gridfeed_") for f in document(of)["formats"]]


def test_84_generation_is_negative_and_station_load_positive() -> None:
    plant = segment(2, series([100, "-0.25"], quality=Q.REVENUE), **SETTLEMENT)
    assert column(plant, "settlement_gross_kwh_revenue") == ["-100.000000", "0.250000"]


@pytest.mark.parametrize(
    ("stored", "published"),
    [
        ("10.50", "-10.500000"),
        ("-0.001", "0.001000"),
        ("0.000001", "-0.000001"),
        ("-0.000001", "0.000001"),
        ("0", "0.000000"),
        ("123456789.123456", "-123456789.123456"),
        ("999999999999.999999", "-999999999999.999999"),
    ],
)
def test_29_decimals_are_exact_to_the_json_text(stored: str, published: str) -> None:
    plant = segment(1, series([stored], quality=Q.REVENUE), **SETTLEMENT)
    assert column(plant, "settlement_gross_kwh_revenue") == [published]


@pytest.mark.parametrize(
    ("units", "power_units", "energy", "power"),
    [
        ("Wh", "W", "-1234567.891", "-4938271.564"),
        ("kWh", "kW", "-1234.567891", "-4938.271564"),
        ("MWh", "MW", "-1.234567891", "-4.938271564"),
    ],
)
def test_a_unit_moves_the_point_and_nothing_else(
    units: str, power_units: str, energy: str, power: str
) -> None:
    plant = segment(1, series(["1234.567891"], mean_kw=["4938.271564"]), units=units)
    assert column(plant, f"scada_gross_{units.lower()}_calculated") == [energy]
    assert column(plant, f"scada_gross_{power_units.lower()}_average_calculated") == [power]
    assert [f["units"] for f in document(plant)["formats"]] == [units, power_units]


def test_telemetry_is_usage_and_average_and_peak_demand() -> None:
    plant = segment(1, series([3], mean_kw=[12], peak_kw=[14]))
    found = document(plant)
    basis = {
        "direction": "reverse",
        "quality": "calculated",
        "gridfeed_production_format": "scada",
        "gridfeed_reading_validity": "total_gross",
    }
    demand = {"type": "electric_demand", "units": "kW", **basis}
    assert found["formats"] == [
        {"id": "gridfeed_scada_gross_kwh_calculated", "type": "electric_usage", "units": "kWh"}
        | basis,
        {"id": "gridfeed_scada_gross_kw_average_calculated", "demand_type": "average"} | demand,
        {"id": "gridfeed_scada_gross_kw_peak_calculated", "demand_type": "peak"} | demand,
    ]
    assert found["values"] == [[{"eu": "-3.000000"}, {"ed": "-12.000000"}, {"ed": "-14.000000"}]]


def test_a_mixed_day_has_a_column_a_quality_and_null_elsewhere() -> None:
    plant = segment(
        4,
        series([1, 4], places=[0, 3]),
        series([2], quality=Q.ESTIMATED, places=[1]),
        series([None], quality=None, places=[2]),
    )
    assert document(plant)["values"] == [
        [{"eu": "-1.000000"}, None],
        [None, {"eu": "-2.000000"}],
        [None, None],
        [{"eu": "-4.000000"}, None],
    ]
    assert ids(plant) == ["scada_gross_kwh_calculated", "scada_gross_kwh_estimated"]


def test_80_a_missing_interval_is_null_in_its_place() -> None:
    plant = segment(5, series([1, 5], places=[0, 4]))
    expected = ["-1.000000", None, None, None, "-5.000000"]
    assert column(plant, "scada_gross_kwh_calculated") == expected


def test_a_day_without_any_value_has_no_format_and_empty_value_sets() -> None:
    found = document(segment(3, series([None, None, None], quality=None)))
    assert (found["formats"], found["values"]) == ([], [[], [], []])


def test_net_is_the_streamed_channel_if_it_has_values() -> None:
    plant = segment(
        1,
        series([10]),
        series([-2], Channel.STATION_LOAD),
        series(["7.5"], Channel.NET, mean_kw=[30], peak_kw=[31]),
    )
    assert column(plant, "scada_net_kwh_calculated") == ["-7.500000"]
    assert column(plant, "scada_net_kw_peak_calculated") == ["-31.000000"]


def test_net_is_gross_less_station_load_where_both_have_a_value() -> None:
    plant = segment(
        3,
        series([10, 10, None], mean_kw=[40, 40, None], peak_kw=[41, 41, None]),
        series(["-2.5", None, -1], Channel.STATION_LOAD, mean_kw=[-10, None, -4]),
        series([None] * 3, Channel.NET, None),
    )
    assert column(plant, "scada_net_kwh_calculated") == ["-7.500000", None, None]
    assert column(plant, "scada_net_kw_average_calculated") == ["-30.000000", None, None]
    assert "scada_net_kw_peak_calculated" not in ids(plant)


def test_net_of_an_estimated_part_is_estimated() -> None:
    plant = segment(
        2,
        series([10, 10]),
        series([-1], Channel.STATION_LOAD, places=[0]),
        series([-2], Channel.STATION_LOAD, Q.ESTIMATED, places=[1]),
    )
    assert column(plant, "scada_net_kwh_calculated") == ["-9.000000", None]
    assert column(plant, "scada_net_kwh_estimated") == [None, "-8.000000"]


def test_at_night_the_net_is_positive() -> None:
    plant = segment(1, series([0]), series(["-0.125"], Channel.STATION_LOAD))
    assert column(plant, "scada_net_kwh_calculated") == ["0.125000"]


@pytest.mark.parametrize(
    ("rule", "published"),  # of -125.50 kWh
    [
        ("100%", "-125.500000"),
        ("40%", "-50.2000000"),
        ("37.5%", "-47.062500000"),
        ("0.001%", "-0.00125500000"),
        ("33.3333%", "-41.833291500000"),
    ],
)
def test_a_share_is_the_exact_product(rule: str, published: str) -> None:
    plant = segment(1, series(["125.50"], quality=Q.REVENUE), shares=(share(rule),), **SETTLEMENT)
    assert column(plant, "settlement_contracted_kwh_revenue") == [published]


def test_the_share_is_of_net_if_that_is_known() -> None:
    plant = segment(1, series([10]), series([-2], Channel.STATION_LOAD), shares=(share("50%"),))
    assert column(plant, "scada_contracted_net_kwh_calculated") == ["-4.0000000"]
    (cu,) = [f for f in document(plant)["formats"] if f["type"] == "gridfeed_contracted_usage"]
    assert (cu["direction"], cu["gridfeed_reading_validity"]) == ("net", "contracted")


def test_only_intervals_inside_the_contract_have_a_share() -> None:
    plant = segment(
        4,
        series([1, 2, 3, 4]),
        shares=(share("100%", "2026-03-01 07:15", "2026-03-01 07:50"),),
    )
    expected = [None, "-2.000000", "-3.000000", None]  # the contract ends inside [07:45, 08:00)
    assert column(plant, "scada_contracted_kwh_calculated")[:2] == expected[:2]
    assert column(plant, "scada_contracted_kwh_calculated")[3] is None
    assert column(plant, "scada_contracted_kwh_calculated") == expected


def test_without_a_rule_or_outside_the_contract_there_is_no_share() -> None:
    assert ids(segment(1, series([1]))) == ["scada_gross_kwh_calculated"]
    ended = segment(1, series([1]), shares=(share("100%", ends_at="2026-03-01 07:00"),))
    assert ids(ended) == ["scada_gross_kwh_calculated"]


def test_shares_of_two_unbilled_qualities_are_one_calculated_column() -> None:
    plant = segment(
        3,
        series([1], quality=Q.RAW, places=[0]),
        series([2], quality=Q.VALID, places=[1]),
        series([3], quality=Q.CORRECTED, places=[2]),
        shares=(share("100%"),),
        **SETTLEMENT,
    )
    shares = column(plant, "settlement_contracted_kwh_calculated")
    assert shares == ["-1.000000", "-2.000000", None]
    assert column(plant, "settlement_contracted_kwh_corrected") == [None, None, "-3.000000"]


@pytest.mark.parametrize("product", [P.FORECAST_DAY_AHEAD, P.FORECAST_HOUR_AHEAD])
def test_114_a_forecast_has_its_own_type_and_no_quality(product: ProductionFormat) -> None:
    issued = utc("2026-02-28 15:00")
    forecast = series([2], quality=None, p10=["1.5"], p90=["2.5"])
    found = document(
        segment(1, forecast, production_format=product, issued_at=issued, shares=(share("40%"),))
    )
    assert found["gridfeed_issued_at"] == "2026-02-28T15:00:00Z"
    assert {f["type"] for f in found["formats"]} == {f"gridfeed_{product}"}
    assert [f["gridfeed_statistic"] for f in found["formats"]] == ["mean", "p10", "p90"]
    assert not any("quality" in f for f in found["formats"])
    assert found["values"] == [[{"f": "-2.000000"}, {"f": "-1.500000"}, {"f": "-2.500000"}]]


def test_115_standard_formats_differ_without_ids_and_extensions() -> None:
    plant = segment(
        2,
        series([1], mean_kw=[1], peak_kw=[1], places=[0]),
        series([1], quality=Q.ESTIMATED, mean_kw=[1], peak_kw=[1], places=[1]),
        series([1, 1], Channel.NET, mean_kw=[1, 1], peak_kw=[1, 1]),
        shares=(share("100%"),),
    )
    formats = [f for f in document(plant)["formats"] if not f["type"].startswith("gridfeed_")]
    bare = [
        tuple(sorted((k, v) for k, v in f.items() if k != "id" and not k.startswith("gridfeed_")))
        for f in formats
    ]
    assert len(bare) == 9
    assert len(set(bare)) == 9


def test_a_format_id_always_names_the_same_format() -> None:
    by_id: dict[str, str] = {}
    for production_format in P:
        for channel in Channel:
            for quality in (*Q, None):
                every = series([1], channel, quality, mean_kw=[1], peak_kw=[1], p10=[1], p90=[1])
                plant = segment(
                    1, every, production_format=production_format, shares=(share("50%"),)
                )
                for f in document(plant)["formats"]:
                    assert by_id.setdefault(f["id"], str(f)) == str(f)
    assert len(by_id) == len(set(by_id.values()))


@pytest.mark.parametrize(
    ("zone", "day", "quarter_hours"),
    [
        ("Europe/Amsterdam", date(2025, 10, 26), 100),
        ("Europe/Amsterdam", date(2026, 3, 29), 92),
        ("Australia/Lord_Howe", date(2026, 4, 5), 98),
        ("Asia/Kolkata", date(2026, 3, 8), 96),
    ],
)
def test_a_local_day_has_as_many_values_as_it_is_long(
    zone: str, day: date, quarter_hours: int
) -> None:
    span = local_day(ZoneInfo(zone), day)
    energies = range(quarter_hours)
    found = document(segment(quarter_hours, series(energies), start=span.start))
    assert found["segment_end"] == span.end.isoformat().replace("+00:00", "Z")
    assert len(found["values"]) == quarter_hours
    assert found["values"][-1] == [{"eu": f"-{quarter_hours - 1}.000000"}]


def test_the_validities_asked_for_choose_the_columns() -> None:
    plant = segment(1, series([1]), series([1], Channel.NET), shares=(share("100%"),))
    for validity in V:
        found = document(plant, [validity])
        assert {f["gridfeed_reading_validity"] for f in found["formats"]} == {validity}


def test_an_unknown_watermark_is_the_last_change_and_never_now() -> None:
    known = segment(1, series([1]), synced_at=utc("2026-03-02 12:00"))
    assert document(known)["cds_synced"] == "2026-03-02T12:00:00Z"
    unknown = document(segment(1, series([1])))
    assert unknown["cds_synced"] == unknown["cds_modified"] == "2026-03-03T00:00:00Z"
