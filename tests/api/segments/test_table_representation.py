"""A table says what the JSON answer says, to the last digit, in all of its media types."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.segments.answer import usage_segment
from api.segments.columns import CONTRACTED, VALUE_TYPES
from api.segments.segment import Segment, Series
from api.segments.tables import csv as table_csv
from api.segments.tables.columns import COLUMNS, NAMES, SCHEMA
from api.segments.tables.encoders import ENCODERS, PARQUET
from api.segments.tables.rows import record_batch
from api.web.shapes import as_json
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.published.validity import MEASURED
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality, ReadingValidity
from tests.api.builders import utc
from tests.api.segment_builder import START, key, segment, series, share
from tests.api.segments.table_rows import MEDIA_TYPES, assert_same, exact, of_json, rows_of

Q, V, P = ReadingQuality, ReadingValidity, ProductionFormat
LENGTH = 6


def content(
    media_type: str, pages: Sequence[Sequence[Segment]], validities: Collection[V]
) -> bytes:
    encoder = ENCODERS[media_type]()
    parts = [encoder.add(record_batch(page, validities)) for page in pages]
    return b"".join([*parts, encoder.finish()])


def json_text(of: Segment, validities: Collection[V]) -> bytes:
    return as_json(usage_segment(of, validities))


def rows(
    of: Sequence[Segment], media_type: str = PARQUET, validities: Collection[V] = tuple(V)
) -> list[dict[str, object]]:
    return rows_of(media_type, content(media_type, [of], validities))


AMOUNT = st.none() | st.integers(-(4 * 10**17), 4 * 10**17) | st.integers(-2, 2)
SHARE = st.builds(
    ContractShare,
    st.builds(lambda n: Fraction(n, 10**14), st.integers(1, 10**14))
    | st.builds(Fraction, st.integers(1, 9), st.integers(10, 99)),
    starts_at=st.sampled_from([None, START, START + timedelta(minutes=15)]),
    ends_at=st.sampled_from([None, START + timedelta(minutes=40)]),
)


@st.composite
def channel_series(draw: st.DrawFn, channel: Channel, *, forecast: bool) -> list[Series]:
    """Intervals of one channel: each place at most once, one series a quality."""
    qualities = [None] if forecast else [None, Q.CALCULATED, Q.ESTIMATED, Q.REVENUE]
    quality = st.sampled_from(qualities)
    chosen = draw(st.dictionaries(st.integers(0, LENGTH - 1), quality, min_size=1))
    found = []
    for each in dict.fromkeys(chosen.values()):
        places = [place for place, of in chosen.items() if of == each]
        amounts = st.lists(AMOUNT, min_size=len(places), max_size=len(places))
        found.append(Series(channel, each, places, *(draw(amounts) for _ in range(5))))
    return found


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    product = draw(st.sampled_from(P))
    channels = draw(st.lists(st.sampled_from(Channel), unique=True, min_size=1))
    every = [
        draw(channel_series(channel, forecast=product not in MEASURED)) for channel in channels
    ]
    named = key(
        LENGTH, product,
        start=draw(st.sampled_from([START, utc("2026-03-29 00:00"), utc("1969-12-31 23:00")])),
        seconds=draw(st.sampled_from([300, 900])),
        units=draw(st.sampled_from(["Wh", "kWh", "MWh"])),
        shares=tuple(draw(st.lists(SHARE, max_size=1))),
        issued_at=None if product in MEASURED else utc("2026-02-28 19:00:00.000001"),
    )  # fmt: skip
    return Segment(named, [each for of_one in every for each in of_one])


UNIQUE = st.lists(segments(), max_size=4, unique_by=lambda each: each.key.cds_usagesegment_id)


@given(UNIQUE, st.sets(st.sampled_from(V), min_size=1), st.integers(0, 4))
def test_a_table_says_what_the_json_answer_says(
    found: list[Segment], validities: set[V], cut: int
) -> None:
    expected = of_json(exact(json_text(each, validities)) for each in found)
    tables = [
        rows_of(media_type, content(media_type, [found[:cut], found[cut:]], validities))
        for media_type in MEDIA_TYPES
    ]
    for table in tables:
        assert_same(table, expected)
        assert table == tables[0], "in one order, and the same in every column"


def test_rows_come_by_segment_then_reading_validity_then_time() -> None:
    plant = segment(
        3,
        series([1, 3], places=[0, 2]),
        series([2], quality=Q.ESTIMATED, places=[1]),
        shares=(share("50%"),),
    )
    found = [(row["reading_validity"], row["electric_usage"], row["gridfeed_contracted_usage"],
              row["quality"]) for row in rows([plant])]  # fmt: skip
    assert found == [
        ("total_gross", Decimal(-1), None, "calculated"),
        ("total_gross", Decimal(-2), None, "estimated"),
        ("total_gross", Decimal(-3), None, "calculated"),
        ("contracted", None, Decimal("-0.5"), "calculated"),
        ("contracted", None, Decimal(-1), "estimated"),
        ("contracted", None, Decimal("-1.5"), "calculated"),
    ]


def test_what_is_no_measurement_stands_in_a_column_of_its_own() -> None:
    forecast = segment(
        1, series([2], quality=None, p10=["1.5"]), production_format=P.FORECAST_HOUR_AHEAD,
        issued_at=utc("2026-02-28"),
    )  # fmt: skip
    (row,) = rows([forecast])
    assert row["gridfeed_forecast_mean"] == Decimal(-2)
    assert row["gridfeed_forecast_p10"] == Decimal("-1.5")
    names = ("electric_usage", "gridfeed_contracted_usage", "gridfeed_forecast_p90", "quality")
    assert [row[name] for name in names] == [None] * 4


def test_an_interval_without_a_value_has_no_row() -> None:
    assert rows([segment(3, series([None, 2, None]))])[0]["electric_usage"] == Decimal(-2)
    assert len(rows([segment(3, series([None, 2, None]))])) == 1
    assert rows([segment(2, series([None, None], quality=None))]) == []


@pytest.mark.parametrize("units", ["Wh", "kWh", "MWh"])
def test_the_largest_read_times_the_finest_share_is_exact(units: str) -> None:
    """Twelve digits and six decimals of a read, twelve decimals of a percentage."""
    plant = segment(
        1, series(["999999999999.999999"], quality=Q.REVENUE), production_format=P.SETTLEMENT,
        units=units, shares=(share("99.999999999999%"),),
    )  # fmt: skip
    kwh = Decimal("-999999999999.999999")
    in_units = {"Wh": 3, "kWh": 0, "MWh": -3}[units]
    measured, contracted = rows([plant])
    assert measured["electric_usage"] == kwh.scaleb(in_units)
    exact = Fraction(999999999999999999, 10**6) * Fraction("0.99999999999999")
    found = contracted["gridfeed_contracted_usage"]
    assert isinstance(found, Decimal)
    assert -Fraction(found) == exact * Fraction(10) ** in_units


def test_an_amount_beyond_its_column_is_never_cut_off() -> None:
    plant = segment(1, series(["9000000000000"]), units="Wh", shares=(share("100%"),))
    with pytest.raises(pa.ArrowInvalid):
        record_batch([plant], [V.CONTRACTED])


def test_texts_that_need_quotation_marks_have_them() -> None:
    named = key(1)
    odd = Segment(
        type(named)(**{name: getattr(named, name) for name in named.__slots__}
                    | {"meter_number": 'a"b,c', "cds_productionproject_id": "x\r\ny"}),
        [series([1])],
    )  # fmt: skip
    (row,) = rows([odd], "text/csv")
    assert (row["meter_number"], row["cds_productionproject_id"]) == ('a"b,c', "x\r\ny")


@pytest.mark.parametrize("number", ["=1+1", "+31-20", "-7", "@SUM(A1)", '=HYPERLINK("a";"b")'])
def test_a_word_that_a_spreadsheet_would_run_is_written_as_text_and_a_number_stays(
    number: str,
) -> None:
    named = replace(key(1), meter_number=number, cds_productionproject_id="a=b")
    odd = Segment(named, [series([1])])
    (row,) = rows([odd], "text/csv")
    assert row["meter_number"] == f"'{number}"
    assert row["cds_productionproject_id"] == "a=b"
    assert row["electric_usage"] == Decimal(-1)
    for media_type in set(MEDIA_TYPES) - {"text/csv"}:
        assert rows([odd], media_type)[0]["meter_number"] == number


def test_csv_of_many_rows_is_that_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    plant = segment(9, series(range(9), mean_kw=[None, *range(8)]), shares=(share("1/3"),))
    whole = rows([plant], "text/csv")
    monkeypatch.setattr(table_csv, "_AT_ONCE", 4)
    assert rows([plant], "text/csv") == whole


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_table_without_rows_has_its_columns(media_type: str) -> None:
    assert rows_of(media_type, content(media_type, [], list(V))) == []
    assert rows_of(media_type, content(media_type, [[], []], list(V))) == []


def test_every_value_type_has_a_column_and_only_values_may_be_null() -> None:
    published = {CONTRACTED, *(each for types in VALUE_TYPES.values() for each in types)}
    assert set(NAMES) == published
    assert {each.name for each in COLUMNS if each.nullable} == {
        *NAMES.values(), "quality", "issued_at",
    }  # fmt: skip
    assert not any(pa.types.is_floating(field.type) for field in SCHEMA)
