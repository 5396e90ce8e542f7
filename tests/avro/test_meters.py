from decimal import Decimal

from gridfeed.avro.meters import MeterIndex
from gridfeed.avro.telemetry import TextColumn
from gridfeed.domain.declaration.catalogue import Catalogue, Meter, Project


def meter(number, meter_id, tenant, capacity_kw):
    project = Project(
        cds_productionproject_id="p",
        tenant=tenant,
        name="P",
        timezone="America/Denver",
        interval_seconds=300,
        interval_anchor_seconds=0,
    )
    return number, Meter(
        meter_id=meter_id, meter_number=number, project=project, capacity_kw=Decimal(capacity_kw)
    )


INDEX = MeterIndex(
    Catalogue(4, dict([meter("m-1", 11, "b", "6"), meter("m-2", 12, "a", "0.0000015")]))
)


def test_numbers_are_found_and_unknown_ones_are_minus_one():
    numbers = TextColumn.of(["m-2", "no", "m-1", "", "m-2", "M-1"])
    assert INDEX.rows(numbers).tolist() == [1, -1, 0, -1, 1, -1]


def test_rows_name_the_meters_and_their_columns():
    assert [each.meter_number for each in INDEX.meters] == ["m-1", "m-2"]
    assert INDEX.version == 4
    assert INDEX.columns.meter_id.tolist() == [11, 12]
    assert [INDEX.columns.tenants[code] for code in INDEX.columns.tenant] == ["b", "a"]
    assert INDEX.columns.capacity.tolist() == [6_000_000_000, 1500]


def test_a_capacity_beyond_the_arithmetic_is_cut_to_10_gw():
    huge = MeterIndex(Catalogue(1, dict([meter("m", 1, "a", "1e30")])))
    assert huge.columns.capacity.tolist() == [10**16]


def test_nothing_is_looked_up_in_nothing():
    assert INDEX.rows(TextColumn.of([])).tolist() == []
    assert MeterIndex(Catalogue(1, {})).rows(TextColumn.of(["m-1"])).tolist() == [-1]
