"""Register against intervals: what is compared, and when they agree."""

import pytest

from gridfeed.domain.settlement.register_check import CheckStatus, IntervalSum, RegisterCheck, check
from gridfeed.domain.settlement.registers import RegisterEnergy
from gridfeed.domain.words import Channel, ProductionFormat, ReadingValidity
from tests.domain.settlement.register_reads import counted, shown

SETTLEMENT, SCADA = ProductionFormat.SETTLEMENT, ProductionFormat.SCADA
NET, GROSS, LOAD = Channel.NET, Channel.GROSS, Channel.STATION_LOAD
HOUR = 3600
KWH, PICO = 10**6, 10**12
THOUSAND = shown(0, "00010"), shown(60, "00035")  # 25 units of 40 kWh in an hour


def energy(*reads: object) -> RegisterEnergy:
    (only,) = counted(reads or THOUSAND)  # type: ignore[arg-type]
    return only


def whole(kwh: int | str, seconds: int = HOUR) -> IntervalSum:
    return IntervalSum(int(float(kwh) * KWH), seconds)


def test_intervals_that_say_the_same_are_ok() -> None:
    assert check(energy(), {(SETTLEMENT, NET): whole(1000)}) == RegisterCheck(
        CheckStatus.OK, SETTLEMENT, ReadingValidity.NET_METERING, 1000 * PICO, 0
    )


@pytest.mark.parametrize(
    ("kwh", "status", "difference"),
    [
        ("960", CheckStatus.OK, 40_000_000),
        ("1040", CheckStatus.OK, -40_000_000),
        ("959.999999", CheckStatus.DIFFERS, 40_000_001),
        ("1040.000001", CheckStatus.DIFFERS, -40_000_001),
    ],
)
def test_they_may_differ_by_one_unit_of_the_last_dial(
    kwh: str, status: CheckStatus, difference: int
) -> None:
    found = check(energy(), {(SETTLEMENT, NET): IntervalSum(round(float(kwh) * KWH), HOUR)})
    assert found.status is status
    assert found.difference_picokwh == difference * KWH


def test_a_missing_interval_makes_the_check_incomplete() -> None:
    assert check(energy(), {(SETTLEMENT, NET): whole(750, 2700)}) == RegisterCheck(
        CheckStatus.INCOMPLETE, SETTLEMENT, ReadingValidity.NET_METERING
    )
    assert check(energy(), {}) == RegisterCheck(CheckStatus.INCOMPLETE)


def test_an_interval_that_reaches_over_a_read_cannot_be_compared() -> None:
    found = check(energy(), {(SETTLEMENT, NET): IntervalSum(900 * KWH, 2700, partial=True)})
    assert found.status is CheckStatus.NOT_COMPARABLE
    assert found.intervals_picokwh is None


def test_one_channel_s_interval_over_a_read_is_enough() -> None:
    load = IntervalSum(-10 * KWH, 2700, partial=True)
    sums = {(SETTLEMENT, GROSS): whole(1010), (SETTLEMENT, LOAD): load}
    assert check(energy(), sums).status is CheckStatus.NOT_COMPARABLE


def test_an_unknown_energy_cannot_be_compared_but_the_intervals_are_told() -> None:
    jump = energy(shown(0, "00035"), shown(60, "00010"))
    assert check(jump, {}).status is CheckStatus.NOT_COMPARABLE
    found = check(jump, {(SETTLEMENT, NET): whole(1000)})
    assert found.status is CheckStatus.NOT_COMPARABLE
    assert (found.intervals_picokwh, found.difference_picokwh) == (1000 * PICO, None)


@pytest.mark.parametrize(
    ("sums", "compared"),
    [
        ({(SETTLEMENT, NET): 1, (SETTLEMENT, GROSS): 2, (SCADA, NET): 4}, (SETTLEMENT, "net", 1)),
        ({(SETTLEMENT, GROSS): 2, (SETTLEMENT, LOAD): -1}, (SETTLEMENT, "net", 1)),
        ({(SETTLEMENT, GROSS): 2, (SCADA, NET): 4}, (SETTLEMENT, "gross", 2)),
        ({(SETTLEMENT, LOAD): -1, (SCADA, GROSS): 8}, (SCADA, "gross", 8)),
        ({(SCADA, NET): 4, (SCADA, GROSS): 8}, (SCADA, "net", 4)),
    ],
)
def test_settlement_goes_before_telemetry_and_net_before_gross(
    sums: dict[tuple[ProductionFormat, Channel], int],
    compared: tuple[ProductionFormat, str, int],
) -> None:
    found = check(energy(), {key: whole(kwh) for key, kwh in sums.items()})
    assert found.validity is not None
    assert found.intervals_picokwh is not None
    validity = {"net_metering": "net", "total_gross": "gross"}[found.validity]
    assert (found.production_format, validity, found.intervals_picokwh // PICO) == compared


def test_a_net_of_gross_and_load_needs_all_intervals_of_both() -> None:
    sums = {(SETTLEMENT, GROSS): whole(1010), (SETTLEMENT, LOAD): whole(-10, 2700)}
    assert check(energy(), sums).status is CheckStatus.INCOMPLETE
