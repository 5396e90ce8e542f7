"""Rows of forecasts to messages: vintages, gaps, bounds, and what contradicts itself."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.imports.vintages import MOST_INTERVALS
from gridfeed.kafka.topics import Stream
from tests.cli.sheets import faults, read, said

HEADER = "meter_number,product,issued_at,start,interval_seconds,power_kw"
DAY = datetime(2026, 3, 2, tzinfo=UTC)


def row(hour: float, power: object = 1, **changed: object) -> str:
    """A row of an hourly vintage; hour: of its start."""
    cells = {
        "meter": "m",
        "product": "DAY_AHEAD",
        "issued": "2026-03-01T10:00Z",
        "start": (DAY + timedelta(hours=hour)).isoformat(),
        "seconds": 3600,
        "power": power,
    }
    return ",".join(str(each) for each in (cells | changed).values())


def file(*rows: str, more: str = "") -> str:
    return "\n".join([f"{HEADER}{more}", *rows, ""])


def test_consecutive_rows_are_one_message() -> None:
    (found,) = said(Stream.FORECASTS, file(row(0, 5), row(1, -0.5), row(2, 7.25)))
    assert found == {
        "meter_number": "m",
        "product": "DAY_AHEAD",
        "issued_at": datetime(2026, 3, 1, 10, tzinfo=UTC),
        "start": DAY,
        "interval_seconds": 3600,
        "power_kw": [5.0, -0.5, 7.25],
        "p10_kw": None,
        "p90_kw": None,
        "model": None,
    }


def test_a_gap_starts_a_new_message() -> None:
    found = said(Stream.FORECASTS, file(row(0), row(1), row(3)))
    assert [(each["start"].hour, len(each["power_kw"])) for each in found] == [(0, 2), (3, 1)]


def test_quantiles_that_begin_later_start_a_new_message() -> None:
    rows = row(0, "1,,,"), row(1, "2,1,3,"), row(2, "2,1,3,"), row(3, "2,1,,")
    found = said(Stream.FORECASTS, file(*rows, more=",p10_kw,p90_kw,model"))
    assert [(each["p10_kw"], each["p90_kw"]) for each in found] == [
        (None, None),
        ([1, 1], [3, 3]),
        ([1], None),
    ]


def test_vintages_are_of_one_meter_product_issue_and_length() -> None:
    rows = [
        row(0),
        row(1, meter="n"),
        row(1, product="HOUR_AHEAD"),
        row(1, issued="2026-03-01T11:00Z"),
        row(1, seconds=900),
        row(1),
    ]
    found = said(Stream.FORECASTS, file(*rows))
    assert sorted(len(each["power_kw"]) for each in found) == [1, 1, 1, 1, 2]


def test_a_message_is_bounded_and_the_next_goes_on_behind_it() -> None:
    rows = [row(n / 60, n, seconds=60) for n in range(MOST_INTERVALS + 1)]
    first, second = said(Stream.FORECASTS, file(*rows))
    assert len(first["power_kw"]) == MOST_INTERVALS
    assert second["start"] == DAY + timedelta(minutes=MOST_INTERVALS)
    assert second["power_kw"] == [float(MOST_INTERVALS)]


def test_a_message_holds_at_most_the_ten_days_that_workers_take() -> None:
    found = said(Stream.FORECASTS, file(*(row(n) for n in range(11 * 24))))
    assert [len(each["power_kw"]) for each in found] == [240, 24]


def test_a_start_that_comes_twice_is_a_fault_and_neither_row_is_sent() -> None:
    text = file(row(0), row(1, 3), row(2), row(1, 4))
    assert faults(Stream.FORECASTS, text) == [
        "5: start: the same interval of this vintage is on line 3"
    ]
    checked, messages = read(Stream.FORECASTS, text)
    assert (checked.sound, checked.bad) == (2, {3, 5})
    assert [(each.line, each.rows) for each in messages] == [(2, 1), (4, 1)]


def test_the_same_instant_under_another_offset_is_the_same_start() -> None:
    rows = row(1), row(0, start="2026-03-02T02:00:00+01:00")
    assert faults(Stream.FORECASTS, file(*rows))[0].startswith("3: start: the same interval")


def test_another_model_inside_a_vintage_is_a_fault() -> None:
    rows = row(0, "1,gfs"), row(1, "1,icon"), row(2, "1,")
    told = faults(Stream.FORECASTS, file(*rows, more=",model"))
    assert told[0].startswith("3: model: 'icon', but 'gfs' on line 2; all rows of")
    assert told[1].startswith("4: model: None, but 'gfs' on line 2")


@pytest.mark.parametrize(
    ("changed", "said_of_it"),
    [
        ({"product": "WEEK_AHEAD"}, "'WEEK_AHEAD' is not one of DAY_AHEAD, HOUR_AHEAD"),
        ({"issued": "2026-03-01T10:00"}, "issued_at: 2026-03-01 10:00:00 has no offset; write"),
        ({"start": "2026-03-01T10:00"}, "start: 2026-03-01 10:00:00 has no offset; write"),
        ({"power": "nan"}, "power_kw: 'nan' is not a number"),
        ({"power": ""}, "power_kw: is empty"),
        ({"seconds": "1h"}, "interval_seconds: '1h' is not a whole number"),
    ],
)
def test_a_wrong_cell_is_a_fault_with_its_line(changed: dict[str, str], said_of_it: str) -> None:
    (fault,) = faults(Stream.FORECASTS, file(row(0), row(1, **changed)))
    assert fault.startswith("3: ")
    assert said_of_it in fault


def test_local_starts_of_a_day_of_25_hours_are_one_message() -> None:
    hours = [0, 1, 2, 2, *range(3, 24)]
    rows = [row(0, n, start=f"2025-10-26 {hour:02}:00") for n, hour in enumerate(hours)]
    (found,) = said(Stream.FORECASTS, file(*rows), zone="Europe/Amsterdam")
    assert found["start"] == datetime(2025, 10, 25, 22, tzinfo=UTC)
    assert found["power_kw"] == [float(n) for n in range(25)]


@given(st.data())
def test_in_any_order_of_rows_the_messages_are_the_same(data: st.DataObject) -> None:
    """Every row stands in exactly one message, which a dictionary of its own finds again."""
    hours = data.draw(st.lists(st.integers(0, 60), unique=True, min_size=1))
    meters = data.draw(st.lists(st.sampled_from("ab"), min_size=len(hours), max_size=len(hours)))
    rows = [row(hour, hour, meter=meter) for hour, meter in zip(hours, meters, strict=True)]
    shuffled = data.draw(st.permutations(rows))
    found = said(Stream.FORECASTS, file(*shuffled))
    values = {
        (each["meter_number"], each["start"] + timedelta(hours=place)): power
        for each in found
        for place, power in enumerate(each["power_kw"])
    }
    assert values == {
        (meter, DAY + timedelta(hours=hour)): float(hour)
        for hour, meter in zip(hours, meters, strict=True)
    }
    assert len(found) == sum((hour - 1, meter) not in pairs(hours, meters) for hour, meter in
                             pairs(hours, meters))  # fmt: skip


def pairs(hours: list[int], meters: list[str]) -> set[tuple[int, str]]:
    return set(zip(hours, meters, strict=True))
