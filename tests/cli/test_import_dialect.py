"""How others write CSV files: read with the right option, refused with its name without it."""

import csv
import io
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cli.imports.cells import Notation, kilowatts, microkwh
from cli.imports.dialect import PLAIN, Dialect, Unit, encoding
from gridfeed.kafka.topics import Stream
from tests.cli.sheets import READS, faults, said

POWER = "meter_number,observed_at,power_kw"
MICROKWH = st.integers(-(10**18) + 1, 10**18 - 1)
ENERGIES = st.sampled_from([Unit.WH, Unit.KWH, Unit.MWH])
POWERS = st.sampled_from([Unit.W, Unit.KW, Unit.MW])
SIGNS = st.sampled_from(".,")
PER_KILO = {"W": 1000, "k": 1, "M": Fraction(1, 1000)}


def written(value: Fraction, sign: str) -> str:
    """Return a number with all its digits."""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.replace(".", sign)


@given(MICROKWH, ENERGIES, SIGNS)
def test_an_energy_in_any_unit_and_sign_comes_back_to_the_last_digit(
    micro: int, unit: Unit, sign: str
) -> None:
    value = Fraction(micro, 10**6) * PER_KILO[unit.value[0]]
    assert microkwh(written(value, sign), Notation(sign, unit.shift)) == micro


@given(st.decimals(-(10**9), 10**9, places=6), POWERS, SIGNS)
def test_a_power_is_scaled_exactly_and_rounded_once(power: Decimal, unit: Unit, sign: str) -> None:
    kilowatt = Fraction(power) / PER_KILO[unit.value[0]]
    expected = kilowatt.numerator / kilowatt.denominator  # rounded once, to the nearest double
    assert kilowatts(written(Fraction(power), sign), Notation(sign, unit.shift)) == expected


@given(
    st.sampled_from([",", ";", "\t", "|"]),
    SIGNS,
    ENERGIES,
    st.lists(MICROKWH, min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_file_in_any_dialect_says_the_same(
    delimiter: str, sign: str, unit: Unit, energies: list[int], ending: str
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=ending)
    writer.writerow(READS.split(","))
    for minute, micro in enumerate(energies):
        value = Fraction(micro, 10**6) * PER_KILO[unit.value[0]]
        writer.writerow(["m", f"2026-03-01T00:{minute:02}Z", 60, written(value, sign)])
    found = said(Stream.READS, file.getvalue(), Dialect(delimiter, sign, unit))
    assert [int(each["energy_kwh"].scaleb(6)) for each in found] == energies


@given(st.sampled_from([";", "\t", "|", ","]), st.sampled_from([";", "\t", "|", ","]))
def test_another_delimiter_is_recognised_and_named(used: str, told: str) -> None:
    assume(used != told)
    name = {"\t": "tab"}.get(used, repr(used))
    (fault,) = faults(Stream.READS, READS.replace(",", used) + "\n", Dialect(told))
    assert fault.endswith(f"; give --delimiter {name}")


def test_a_quoted_header_with_semicolons_is_recognised() -> None:
    header = ";".join(f'"{name}"' for name in READS.split(","))
    assert faults(Stream.READS, f"{header}\n")[0].endswith("give --delimiter ';'")


def test_the_line_that_excel_alone_reads_is_named() -> None:
    assert "remove it and give --delimiter" in faults(Stream.READS, f"sep=;\n{READS}\n")[0]


def test_a_decimal_comma_is_recognised_and_named() -> None:
    text = READS.replace(",", ";") + "\nm;2026-03-01T00:00Z;900;12,5\n"
    (fault,) = faults(Stream.READS, text, Dialect(";"))
    assert fault == (
        "2: energy_kwh: '12,5' is not a number; if the comma is its decimal sign, give --decimal ,"
    )
    assert said(Stream.READS, text, Dialect(";", ","))[0]["energy_kwh"] == Decimal("12.5")


@pytest.mark.parametrize("cell", ["1.234,5", "12.5", "1 234", "1,2,3"])
def test_thousands_and_a_mix_of_signs_are_never_guessed(cell: str) -> None:
    text = READS.replace(",", ";") + f"\nm;2026-03-01T00:00Z;900;{cell}\n"
    assert len(faults(Stream.READS, text, Dialect(";", ","))) == 1
    if cell != "12.5":
        assert len(faults(Stream.READS, text, Dialect(";"))) == 1


@pytest.mark.parametrize(
    ("stream", "column", "unit", "kilo"),
    [
        (Stream.READS, "energy_mwh", Unit.MWH, "12500"),
        (Stream.READS, "Energy_MWh", Unit.MWH, "12500"),
        (Stream.READS, "mwh", Unit.MWH, "12500"),
        (Stream.READS, "kwh", Unit.KWH, "12.5"),
        (Stream.READS, "energy_wh", Unit.WH, "0.0125"),
        (Stream.TELEMETRY, "power_mw", Unit.MW, "12500"),
        (Stream.TELEMETRY, "power_w", Unit.W, "0.0125"),
        (Stream.TELEMETRY, "kW", Unit.KW, "12.5"),
    ],
)
def test_a_column_named_after_a_unit_is_read_with_it_and_refused_without(
    stream: Stream, column: str, unit: Unit, kilo: str
) -> None:
    base = READS if stream is Stream.READS else POWER
    header = ",".join([*base.split(",")[:-1], column])
    cells = "m,2026-03-01T00:00Z,900,12.5" if stream is Stream.READS else "m,2026-03-01T00:00Z,12.5"
    name = "energy_kwh" if stream is Stream.READS else "power_kw"
    (fault,) = faults(stream, f"{header}\n{cells}\n")
    assert f"{column!r}; give --unit {unit} to read the column as {name}" in fault
    (found,) = said(stream, f"{header}\n{cells}\n", Dialect(unit=unit))
    assert Decimal(str(found[name])) == Decimal(kilo)


def test_the_unit_holds_for_the_documented_name_too_and_for_quantiles() -> None:
    header = "meter_number,product,issued_at,start,interval_seconds,power_kw,p10_mw,p90_kw"
    row = "m,DAY_AHEAD,2026-03-01T00:00Z,2026-03-02T00:00Z,900,1.5,1,2"
    (found,) = said(Stream.FORECASTS, f"{header}\n{row}\n", Dialect(unit=Unit.MW))
    assert (found["power_kw"], found["p10_kw"], found["p90_kw"]) == ([1500], [1000], [2000])


def test_a_column_given_under_two_units_is_refused() -> None:
    text = f"{READS},energy_mwh\nm,2026-03-01T00:00Z,900,12.5,1\n"
    (fault,) = faults(Stream.READS, text, Dialect(unit=Unit.MWH))
    assert "'energy_kwh' is named twice" in fault


def test_less_than_a_millionth_of_a_kwh_is_refused_in_every_unit() -> None:
    for unit, cell in ((Unit.WH, "0.0001"), (Unit.KWH, "0.0000001"), (Unit.MWH, "0.0000000001")):
        text = f"{READS}\nm,2026-03-01T00:00Z,900,{cell}\n"
        (fault,) = faults(Stream.READS, text, Dialect(unit=unit))
        assert "more than 6 decimals" in fault


@pytest.mark.parametrize("name", ["interval_end", "Interval_End", "end"])
def test_ends_of_intervals_are_read_with_the_option_and_refused_without(name: str) -> None:
    text = f"meter_number,{name},interval_seconds,energy_kwh\nm,2026-03-01T00:15Z,900,1\n"
    assert "give --interval-ending if it holds the ends" in faults(Stream.READS, text)[0]
    (found,) = said(Stream.READS, text, Dialect(ending=True))
    assert f"{found['interval_start']:%H:%M}" == "00:00"


def test_times_with_7_or_9_decimals_and_small_letters_are_read() -> None:
    times = ("00:00:00.1234567Z", "00:00:01.000000001+00:00", "00:00:02.0000000z", "00:00:03z")
    rows = "".join(f"m,2026-03-01t{at},1\n" for at in times)
    found = [each["observed_at"] for each in said(Stream.TELEMETRY, f"{POWER}\n{rows}", PLAIN)]
    assert [f"{at:%S.%f}" for at in found] == [
        "00.123456",
        "01.000000",
        "02.000000",
        "03.000000",
    ]


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"meter", "utf-8-sig"),
        ("\ufeffmeter".encode(), "utf-8-sig"),
        ("meter".encode("utf-16"), "utf-16"),
        (b"\xfe\xff\x00m", "utf-16"),
    ],
)
def test_the_byte_order_mark_alone_tells_utf_16(start: bytes, name: str) -> None:
    assert encoding(start[:4]) == name


def test_utf_16_without_its_mark_is_told() -> None:
    text = READS.encode("utf-16-le").decode("latin-1")
    assert (
        "perhaps UTF-16 without a byte order mark; save as UTF-8" in faults(Stream.READS, text)[0]
    )
