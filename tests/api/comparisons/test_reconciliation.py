"""SCADA against settlement through the API."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from api.comparisons.reconciliation import answer
from cli.demo.recordings import examples, read_recording
from tests.api.application import Application
from tests.api.builders import Store, micro, utc

RECONCILIATION = "/v1/reconciliation"
RANGE = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}
QUARTER, FIVE_MINUTES = 900, 300
WHOLE = QUARTER * 1_000_000
Energies = Sequence[float | None]


@pytest.fixture
async def plant(store: Store) -> Store:
    """One meter of 100 kW, and a token for everything."""
    await store.project(interval_seconds=FIVE_MINUTES)
    await store.meter()
    await store.client()
    return store


async def scada(plant: Store, start: str, energies: Energies, **columns: Any) -> None:
    row = {"interval_seconds": QUARTER, "coverage_us": WHOLE} | columns
    await plant.values(start, energies, **row)


async def settle(plant: Store, start: str, energies: Energies, **columns: Any) -> None:
    row = {
        "production_format": "settlement", "channel": "NET", "interval_seconds": QUARTER,
        "settlement_version": 0, "quality": "revenue",
    } | columns  # fmt: skip
    await plant.values(start, energies, **row)


async def ask(api: Application, token: str = "all", **parameters: object) -> dict[str, Any]:
    answer = await api.get(RECONCILIATION, token, **({"meter_number": "m"} | RANGE | parameters))
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def refused(api: Application, status: int, token: str = "all", **parameters: object) -> str:
    answer = await api.get(RECONCILIATION, token, **({"meter_number": "m"} | RANGE | parameters))
    assert answer.status_code == status, answer.text
    detail: str = answer.json()["detail"]
    return detail


@pytest.mark.embedded
async def test_each_interval_has_both_energies_their_difference_and_a_status(
    plant: Store, api: Application
) -> None:
    await scada(plant, "2026-03-01 00:00", [10, 10, None, 10])
    await scada(plant, "2026-03-01 01:00", [10], coverage_us=int(WHOLE * 0.9), quality="estimated")
    await settle(plant, "2026-03-01 00:00", [9.9, 9, 9, None, 9], settlement_version=2)
    await plant.run(2, "FINAL")
    found = await ask(api, by="interval", end="2026-03-01T01:30:00Z")
    assert [row["status"] for row in found["rows"]] == [
        "within", "outside", "scada_missing", "settlement_missing", "low_coverage", "both_missing",
    ]  # fmt: skip
    within, _, without_scada, without_settlement, badly, neither = found["rows"]
    assert within == {
        "local": None, "start": "2026-03-01T00:00:00Z", "end": "2026-03-01T00:15:00Z",
        "status": "within", "scada": 10, "settlement": 9.9, "difference": -0.1,
        # 2 % of 9.9 kWh is more than 0.5 % of the 25 kWh that 100 kW make.
        "percent": -1.010101, "tolerance": 0.198, "coverage": 1,
        "settlement_versions": [
            {"settlement_version": 2, "settlement_run": "FINAL", "intervals": 1}
        ],
    }  # fmt: skip
    assert (without_scada["scada"], without_scada["settlement"]) == (None, 9)
    assert without_scada["difference"] is without_scada["coverage"] is None
    assert (without_settlement["scada"], without_settlement["settlement"]) == (10, None)
    assert (badly["coverage"], badly["difference"]) == (0.9, -1)
    assert neither["scada"] is neither["settlement"] is None


async def test_a_day_sums_what_both_have_and_counts_the_rest(
    plant: Store, api: Application
) -> None:
    await scada(plant, "2026-03-01 00:00", [10, 10, None, 7])
    await settle(plant, "2026-03-01 00:00", [9, 11, 8, None])
    (day,) = (await ask(api))["rows"]
    assert (day["local"], day["status"]) == ("2026-03-01", "within")
    assert (day["scada"], day["settlement"]) == (27, 28)
    assert (day["compared_scada"], day["compared_settlement"], day["difference"]) == (20, 20, 0)
    assert (day["intervals"], day["compared"]) == (96, 2)
    assert day["statuses"] == {
        "both_missing": 92, "scada_missing": 1, "settlement_missing": 1, "low_coverage": 0,
        "outside": 2, "within": 0,
    }  # fmt: skip


@pytest.mark.embedded
async def test_months_are_the_exact_sums_of_their_days_over_a_change_of_clocks(
    store: Store, api: Application
) -> None:
    await store.project(interval_seconds=3600, timezone="America/Denver")
    await store.meter()
    await store.client()
    hours = (31 * 24 - 1) + 24  # March 2026 has 743 hours in Denver; and a day of April
    energies = [n % 17 + n / 1_000_000 for n in range(hours)]
    start = "2026-03-01 07:00"
    await scada(store, start, energies, interval_seconds=3600, coverage_us=3_600_000_000)
    await settle(store, start, [energy * 2 for energy in energies], interval_seconds=3600)
    span = {"start": "2026-03-01T07:00:00Z", "end": "2026-04-02T06:00:00Z"}
    months, days = await ask(api, by="month", **span), await ask(api, by="day", **span)
    assert [row["local"] for row in months["rows"]] == ["2026-03", "2026-04"]
    assert [row["intervals"] for row in days["rows"]][7] == 23
    for member in ("scada", "settlement", "difference"):
        sums = [micro(row[member]) for row in days["rows"]]
        march, april = (micro(row[member]) for row in months["rows"])
        assert (march, april) == (sum(sums[:31]), sum(sums[31:]))
        assert micro(months["total"][member]) == sum(sums)
        intervals = [micro(row[member]) for row in (await ask(api, by="interval", **span))["rows"]]
        assert sum(intervals) == sum(sums)


async def test_scada_is_summed_to_the_intervals_of_settlement(
    plant: Store, api: Application
) -> None:
    await scada(plant, "2026-03-01 00:00", [3, 3, 3, 2, 2], interval_seconds=FIVE_MINUTES,
                coverage_us=WHOLE // 3)  # fmt: skip
    await settle(plant, "2026-03-01 00:00", [9, 6])
    found = await ask(api, by="interval", end="2026-03-01T00:30:00Z")
    assert found["interval"] == QUARTER
    assert [(row["scada"], row["coverage"]) for row in found["rows"]] == [(9, 1), (None, None)]


async def test_answers_have_the_members_that_are_documented(plant: Store, api: Application) -> None:
    await scada(plant, "2026-03-01 00:00", [10, 11])
    await settle(plant, "2026-03-01 00:00", [9.9, 11])
    row = answer.ReconciledRow
    for each in (await ask(api), msgspec.json.decode(msgspec.json.encode(answer.EXAMPLE))):
        assert set(each) == set(answer.Reconciliation.__struct_fields__)
        assert set(each["total"]) == set(each["rows"][0]) == set(row.__struct_fields__)
        assert set(each["clock_shift"]) == set(answer.ClockShift.__struct_fields__)
    always = {each.name for each in msgspec.structs.fields(row) if each.required}
    assert set((await ask(api, by="interval"))["rows"][0]) == always


async def test_net_is_compared_where_both_have_it(plant: Store, api: Application) -> None:
    await settle(plant, "2026-03-01 00:00", [9])
    await scada(plant, "2026-03-01 00:00", [10])
    found = await ask(api)
    assert found["scada_reading_validity"] == "total_gross"
    assert found["settlement_reading_validity"] == "net_metering"
    await scada(plant, "2026-03-01 00:00", [-1], channel="STATION_LOAD")
    found = await ask(api)
    assert found["scada_reading_validity"] == "net_metering"
    assert found["total"]["difference"] == 0
    gross = await ask(api, reading_validity="total_gross")
    assert gross["total"]["status"] == "settlement_missing"


async def test_tolerances_are_parameters(plant: Store, api: Application) -> None:
    await scada(plant, "2026-03-01 00:00", [10], coverage_us=int(WHOLE * 0.9))
    await settle(plant, "2026-03-01 00:00", [9.5])
    assert (await ask(api))["total"]["status"] == "low_coverage"
    judged = {"minimum_coverage": "0.9"}
    assert (await ask(api, **judged))["total"]["status"] == "outside"
    assert (await ask(api, tolerance_percent="5.3", **judged))["total"]["status"] == "within"
    found = await ask(api, tolerance_capacity_percent="2", **judged)
    assert (found["total"]["status"], found["total"]["tolerance"]) == ("within", 0.5)
    assert (found["tolerance_capacity_percent"], found["tolerance_percent"]) == (2, 2)


async def test_an_earlier_settlement_run_and_an_earlier_instant_can_be_reconciled(
    plant: Store, api: Application
) -> None:
    first, second = utc("2026-03-02"), utc("2026-03-20")
    read = {"channel": "NET", "settlement_version": 0, "quality": "revenue"}
    await scada(plant, "2026-03-01 00:00", [10], recorded_at=first)
    await plant.version("2026-03-01 00:00", 8, second, production_format="settlement",
                        interval_seconds=QUARTER, recorded_at=first, created_at=first,
                        **read)  # fmt: skip
    await settle(plant, "2026-03-01 00:00", [9.9], settlement_version=3, recorded_at=second)
    for version, energy, at in ((0, 8, first), (3, 9.9, second)):
        await plant.insert(
            "settlement_read", meter_id=await plant.meter_id("m"), interval_start=utc("2026-03-01"),
            interval_seconds=QUARTER, energy_microkwh=micro(energy), read_at=at, recorded_at=at,
            source_id=1, kafka_offset=version, **(read | {"settlement_version": version}),
        )  # fmt: skip
    assert (await ask(api))["total"]["difference"] == -0.1
    assert (await ask(api, settlement="initial"))["total"]["difference"] == -2
    assert (await ask(api, as_of="2026-03-19T00:00:00Z"))["total"]["difference"] == -2
    assert (await ask(api, as_of="2026-03-20T00:00:00Z"))["total"]["difference"] == -0.1


def serf_east_days(count: int) -> list[float]:
    """Energies of SERF East, kWh in quarter hours."""
    path = examples() / "data" / "serf_east_15min_ac_power.csv"
    return [float(power) / 4 for power in read_recording(path).kilowatts[: count * 96]]


@pytest.mark.parametrize(
    ("late", "verdict", "best"), [(0, "aligned", 0), (1, "shifted", 1), (-1, "shifted", -1)]
)
async def test_hour_ending_times_read_as_starts_are_found(
    store: Store, api: Application, late: int, verdict: str, best: int
) -> None:
    await store.project(interval_seconds=QUARTER)
    await store.meter()
    await store.client()
    energies = serf_east_days(3)
    settled = [energy * 0.985 - 0.002 for energy in energies]
    await scada(store, "2026-03-01 01:00", energies)
    begins = "00:45" if late < 0 else "01:15" if late else "01:00"
    await settle(store, f"2026-03-01 {begins}", settled)
    found = await ask(api, end="2026-03-05T00:00:00Z")
    assert (found["clock_shift"]["verdict"], found["clock_shift"]["best_shift"]) == (verdict, best)
    line = found["total"]["line"]
    if not late:
        assert line["slope"] == pytest.approx(0.985, abs=2e-6)
        assert line["intercept"] == pytest.approx(-0.002, abs=2e-6)
        assert line["r_squared"] == 1
        assert len(found["clock_shift"]["residuals"]) == 3
    else:
        assert found["clock_shift"]["residual_left"] < 0.01
        assert line["r_squared"] < 0.99


async def test_a_project_is_reconciled_as_the_sum_of_its_meters(
    plant: Store, api: Application
) -> None:
    await plant.meter("n")
    for meter, coverage in {"m": WHOLE, "n": WHOLE // 2}.items():
        await scada(plant, "2026-03-01 00:00", [10], meter=meter, coverage_us=coverage)
        await settle(plant, "2026-03-01 00:00", [9], meter=meter)
    found = await ask(api, meter_number="", cds_productionproject_id="p", by="interval")
    row = found["rows"][0]
    assert (row["scada"], row["settlement"], row["coverage"]) == (20, 18, 0.75)
    # 0.5 % of 200 kW in a quarter of an hour is 0.25 kWh, 2 % of 18 kWh is more.
    assert row["tolerance"] == 0.36


async def test_energy_is_exact_in_the_project_s_units(store: Store, api: Application) -> None:
    await store.project(interval_seconds=QUARTER, units="MWh")
    await store.meter()
    await store.client()
    await scada(store, "2026-03-01 00:00", [10.000001])
    await settle(store, "2026-03-01 00:00", [10])
    answer = await api.get(RECONCILIATION, meter_number="m", **RANGE)
    assert '"scada":0.010000001,"settlement":0.010000000,"difference":-0.000000001' in answer.text


async def test_a_range_without_any_interval_has_no_total(plain: Application) -> None:
    around = {"start": "2026-02-28T23:59:59Z", "end": "2026-03-01T00:00:00.000001Z"}
    found = await ask(plain, **around, by="interval")
    assert len(found["rows"]) == 1  # that starts at midnight
    found = await ask(plain, start="2026-03-01T00:01:00Z", end="2026-03-01T00:02:00Z")
    assert (found["rows"], found["total"]) == ([], None)


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({"by": "hour"}, "is not one of interval, day, month"),
        ({"reading_validity": "contracted"}, "changes both sides equally"),
        ({"tolerance_percent": "-1"}, "is not a decimal number"),
        ({"tolerance_percent": "101"}, "is not from 0 to 100"),
        ({"minimum_coverage": "2"}, "is not from 0 to 1"),
        ({"interval": "7000"}, "cannot tile"),
        ({"settlement": "TRUE_UP"}, "is not a settlement run"),
        ({"by": "interval", "interval": "1", "end": "2026-03-01T03:00:00Z"}, "ask for rows by day"),
        ({"end": "2046-03-02T00:00:00Z"}, "ask for a shorter range"),
        ({"cds_productionproject_id": "p"}, "both are given"),
        ({"as_of": "2999-01-01T00:00:00Z"}, "later than now"),
        ({"colour": "blue"}, "is not a parameter"),
    ],
)
async def test_what_is_refused_says_why(
    plain: Application, parameters: dict[str, str], word: str
) -> None:
    assert word in await refused(plain, 400, **parameters)


async def test_a_token_needs_both_production_formats(plant: Store, api: Application) -> None:
    await plant.client("telemetry", production_formats=["scada"])
    await plant.client("reads", production_formats=["settlement"])
    await plant.client("both", production_formats=["scada", "settlement"])
    assert "settlement" in await refused(api, 403, "telemetry")
    assert "scada" in await refused(api, 403, "reads")
    assert (await ask(api, "both"))["total"]["status"] == "both_missing"


async def test_a_project_that_the_token_may_not_see_is_not_there(
    plant: Store, api: Application
) -> None:
    await plant.client("other", projects=["q"])
    asked = {"meter_number": "", "cds_productionproject_id": "p"}
    assert "There is no production project p" in await refused(api, 404, "other", **asked)
