"""Segments of the API, read back into generation-positive millionths."""

from decimal import Decimal

from cli.proof.published import Amount, instant_us, read_segments
from gridfeed.domain.words import Channel

START = 1_772_323_200_000_000  # 2026-03-01T00:00:00Z


def column(kind, units="kWh", quality="calculated", validity="total_gross", **fields):
    return {
        "type": kind, "units": units, "quality": quality,
        "gridfeed_reading_validity": validity, **fields,
    }  # fmt: skip


def segment(formats, values, meter="m-1"):
    return {
        "cds_usagesegment_id": f"{meter}:scada:2026-03-01:300",
        "segment_start": "2026-03-01T00:00:00Z",
        "interval": 300,
        "formats": formats,
        "values": values,
    }


def eu(text):
    return {"eu": Decimal(text)}


def test_energy_mean_and_peak_are_read_with_generation_positive():
    demand = ("electric_demand", "kW")
    formats = [
        column("electric_usage"),
        column(*demand, demand_type="average"),
        column(*demand, demand_type="peak"),
    ]
    values = [[eu("-1.234567"), {"ed": Decimal("-14.8")}, {"ed": Decimal("0.000001")}]]

    found = read_segments([segment(formats, values)])["m-1", Channel.GROSS][START]

    assert found.energy == [Amount(Decimal(1_234_567), "calculated")]
    assert found.mean == [Amount(Decimal(14_800_000), "calculated")]
    assert found.peak == [Amount(Decimal(-1), "calculated")]


def test_the_unit_only_moves_the_point():
    units = {"Wh": "-1234.567", "kWh": "-1.234567", "MWh": "-0.001234567"}
    for unit, text in units.items():
        listed = segment([column("electric_usage", unit)], [[eu(text)]])
        found = read_segments([listed])["m-1", Channel.GROSS][START]
        assert found.energy == [Amount(Decimal(1_234_567), "calculated")]


def test_a_mixed_day_has_a_column_a_quality_and_null_elsewhere():
    formats = [column("electric_usage"), column("electric_usage", quality="estimated")]
    values = [[eu("-1"), None], [None, eu("-2")], [None, None]]

    found = read_segments([segment(formats, values)])["m-1", Channel.GROSS]

    assert {at - START: each.energy[0].quality for at, each in found.items()} == {
        0: "calculated",
        300_000_000: "estimated",
    }


def test_a_segment_that_is_listed_twice_shows_two_amounts():
    listed = segment([column("electric_usage")], [[eu("-1")]])

    found = read_segments([listed, listed])["m-1", Channel.GROSS][START]

    assert len(found.energy) == 2


def test_net_is_a_channel_of_its_own_and_contracted_shares_are_left_out():
    formats = [
        column("electric_usage", validity="net_metering"),
        column("gridfeed_contracted_usage", validity="contracted"),
    ]
    found = read_segments([segment(formats, [[eu("-1"), {"cu": Decimal("-0.4")}]])])

    assert set(found) == {("m-1", Channel.NET)}


def test_a_meter_number_may_hold_colons():
    listed = segment([column("electric_usage")], [[eu("-1")]], meter="area:7:m")

    assert set(read_segments([listed])) == {("area:7:m", Channel.GROSS)}


def test_instants_are_exact_to_the_microsecond_in_any_zone():
    assert instant_us("2026-03-01T00:00:00.000001Z") == START + 1
    assert instant_us("2026-02-28T17:00:00-07:00") == START
