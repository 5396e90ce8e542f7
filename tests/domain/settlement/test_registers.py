"""Golden vectors and rules of the energy between register reads (ANCHORS of the domain: F.4)."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.domain.settlement.register_reads import counted, kwh, said, shown


def test_a_rollover_of_five_digits_is_25_units_of_40_kwh() -> None:
    # 99987 -> 100000 are 13 units, -> 00012 are 12 more; 25 x 40 = 1000. A reset would be 480.
    assert said([shown(0, "99987"), shown(15, "00012")]) == [(1000, ["rollover"])]


def test_an_exchange_counts_the_old_meter_s_end_and_the_new_one_s_beginning() -> None:
    reads = [
        shown(0, "48200", multiplier="1", offset=1),
        shown(7, "48210", multiplier="1", offset=2),
        shown(7, "00003", multiplier="1", offset=3),
        shown(15, "00005", multiplier="1", offset=4),
    ]
    # (48210 - 48200) + (00005 - 00003) = 12
    assert said(reads) == [(10, ["exchange"]), (2, [])]


def test_an_exchange_may_change_digits_and_multiplier() -> None:
    reads = [
        shown(0, "48200", offset=1),
        shown(7, "48202", offset=2),
        shown(7, "000003", digits=6, multiplier="0.5", offset=3),
        shown(15, "000005", digits=6, multiplier="0.5", offset=4),
    ]
    assert said(reads) == [(80, ["exchange"]), (1, [])]


def test_new_transformers_change_the_multiplier_while_the_dials_stand() -> None:
    reads = [
        shown(0, "00010", offset=1),
        shown(7, "00012", offset=2),
        shown(7, "00012", multiplier="80", offset=3),
        shown(15, "00013", multiplier="80", offset=4),
    ]
    assert said(reads) == [(80, ["exchange"]), (80, [])]


@pytest.mark.parametrize(
    "changed", [{"multiplier": "80"}, {"digits": 6}, {"digits": 4, "value": "0012"}]
)
def test_a_change_without_an_exchange_leaves_the_energy_unknown(changed: dict[str, str]) -> None:
    last = shown(15, **({"value": "00012"} | changed))  # type: ignore[arg-type]
    assert said([shown(0, "00010"), last]) == [(None, ["changed_without_exchange"])]


def test_an_exchange_whose_two_reads_came_in_the_wrong_order_is_not_guessed_at() -> None:
    reads = [
        shown(0, "48200", offset=1),
        shown(7, "000003", digits=6, offset=2),
        shown(7, "48202", offset=3),
        shown(15, "000005", digits=6, offset=4),
    ]
    unknown = (None, ["changed_without_exchange"])
    assert said(reads) == [(None, ["exchange", "changed_without_exchange"]), unknown]


@pytest.mark.parametrize(
    ("capacity_kw", "energy", "flags"),
    # 24 units of 40 kWh, one less than the dials say, in a quarter-hour: 3840 kW. / 1.2 = 3200.
    [("3200", 1000, ["rollover"]), ("3199.999999", None, ["implausible_jump"])],
)
def test_a_rollover_takes_at_most_1_2_times_the_capacity(
    capacity_kw: str, energy: int | None, flags: list[str]
) -> None:
    reads = [shown(0, "99987"), shown(15, "00012")]
    assert said(reads, capacity_kw) == [(energy, flags)]


def test_a_jump_forwards_beyond_the_capacity_is_implausible_too() -> None:
    assert said([shown(0, "00010"), shown(15, "50010")]) == [(None, ["implausible_jump"])]


def test_a_register_that_was_reset_is_no_rollover() -> None:
    # 51790 units in a quarter-hour would be 8 GW.
    assert said([shown(0, "48210"), shown(15, "00000")]) == [(None, ["implausible_jump"])]


def test_a_coarse_dial_may_turn_at_any_moment() -> None:
    # One unit of 40 kWh within a minute is 2400 kW, from a plant of 100 kW; it may have been all
    # but turned before.
    assert said([shown(0, "00010"), shown(1, "00011")], "100") == [(40, [])]
    assert said([shown(0, "00010"), shown(1, "00012")], "100") == [(None, ["implausible_jump"])]


def test_dials_that_could_have_turned_once_more_say_so() -> None:
    # 3 digits of 1 kWh turn after 1000 kWh; 1000 kW x 1.2 make 1200 kWh an hour.
    reads = [
        shown(0, "100", digits=3, multiplier="1"),
        shown(60, "150", digits=3, multiplier="1"),
        shown(120, "400", digits=3, multiplier="1"),
    ]
    assert said(reads, "1000") == [(50, ["ambiguous_rollover"]), (250, [])]


def test_decimals_are_exact_and_leading_zeros_change_nothing() -> None:
    reads = [
        shown(0, "000000000009.999999", digits=12, multiplier="0.000001"),
        shown(15, "10.1", digits=12, multiplier="0.000001"),
    ]
    assert kwh(counted(reads)[0]) == Fraction(100_001, 10**12)


def test_the_largest_dials_are_exact() -> None:
    reads = [
        shown(0, "0", digits=12, multiplier="999999999999.999999"),
        shown(15, "999999999999.999999", digits=12, multiplier="999999999999.999999"),
    ]
    assert kwh(counted(reads, "1e30")[0]) == Fraction(10**18 - 1, 10**6) ** 2


def test_the_same_read_again_changes_nothing() -> None:
    first, last = shown(0, "00010", offset=1), shown(15, "00012", offset=2)
    again = [replace(first, arrival=(1, 8)), replace(last, value="12.0", arrival=(1, 9))]
    assert said([first, last, *again]) == said([first, last]) == [(80, [])]


def test_a_third_read_of_one_instant_makes_both_sides_unknown() -> None:
    reads = [
        shown(0, "00010", offset=1),
        *(shown(15, value, offset=int(value)) for value in ("00012", "00013", "00014")),
        shown(30, "00015", offset=20),
        shown(45, "00016", offset=21),
    ]
    unknown = (None, ["ambiguous_instant"])
    assert said(reads) == [unknown, unknown, (40, [])]


def test_a_register_that_stands_still_counted_nothing() -> None:
    assert said([shown(0, "00010"), shown(600, "00010")]) == [(0, [])]


def test_one_read_or_none_says_nothing() -> None:
    assert counted([]) == counted([shown(0, "00010")]) == []


def test_the_tolerance_is_one_unit_of_the_coarser_last_dial() -> None:
    (only,) = counted([shown(0, "00010.25"), shown(15, "00012.5")])
    assert Fraction(only.tolerance_picokwh, 10**12) == 4  # a tenth of 40 kWh
