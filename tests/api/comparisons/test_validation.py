"""`/v1/validation`: flags per interval, of now or of an earlier instant."""

from typing import Any

import pytest

from gridfeed.domain.vee.series import Flag
from tests.api.application import Application
from tests.api.builders import Store, utc

VALIDATION = "/v1/validation"
HOUR = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:00:00Z"}


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project(interval_seconds=300)
    await store.meter()
    await store.client()
    return store


async def ask(api: Application, token: str = "all", **parameters: str) -> dict[str, Any]:
    answer = await api.get(VALIDATION, token, **({"meter_number": "m"} | HOUR | parameters))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def flags(document: dict[str, Any]) -> dict[str, list[str]]:
    return {each["interval_start"][11:16]: each["flags"] for each in document["intervals"]}


async def test_gaps_and_limits_are_flagged_with_their_energies(
    plant: Store, api: Application
) -> None:
    # 100 kW give 8.333 kWh in five minutes; 5 % of that may be drawn.
    await plant.values("2026-03-01 00:00", [8, 9.2, -0.5, None, *["8.1", "8.2"] * 4])
    found = await ask(api)
    assert flags(found) == {
        "00:05": ["high_limit"],
        "00:10": ["spike", "low_limit"],
        "00:15": ["gap"],
    }
    assert found["intervals"][0] == {
        "channel": "GROSS",
        "interval_start": "2026-03-01T00:05:00Z",
        "interval_end": "2026-03-01T00:10:00Z",
        "energy": 9.2,
        "flags": ["high_limit"],
    }
    assert (found["checked"], found["flagged"], found["counts"]["gap"]) == (12, 3, 1)
    assert set(found["counts"]) == set(Flag)
    assert found["thresholds"]["high_limit_share"] == 1.1


async def test_energies_are_exact_and_in_the_units_of_the_project(
    store: Store, api: Application
) -> None:
    await store.project(interval_seconds=300, units="MWh")
    await store.meter()
    await store.client()
    await store.value("2026-03-01 00:00", "9.234567")
    answer = await api.get(VALIDATION, meter_number="m", **HOUR)
    assert '"energy":0.009234567' in answer.text
    assert '"units":"MWh"' in answer.text


async def test_what_is_not_there_is_a_gap_until_now_and_not_beyond(
    plant: Store, api: Application
) -> None:
    await plant.value("2026-03-01 00:00", 1)
    assert list(flags(await ask(api, end="2026-03-01T00:20:00Z"))) == ["00:05", "00:10", "00:15"]
    future = await ask(api, start="2100-01-01T00:00:00Z", end="2100-01-02T00:00:00Z")
    assert (future["checked"], future["intervals"]) == (0, [])


async def test_of_a_series_without_values_nothing_is_expected(plain: Application) -> None:
    assert (await ask(plain))["checked"] == 0


async def test_runs_that_began_before_the_span_are_seen_whole(
    plant: Store, api: Application
) -> None:
    await plant.values("2026-02-28 22:30", [4] * 24)  # two hours, to half past midnight
    found = await ask(api)
    stuck = [at for at, seen in flags(found).items() if "stuck" in seen]
    assert stuck == ["00:00", "00:05", "00:10", "00:15", "00:20", "00:25"]


async def test_as_of_an_earlier_instant_the_values_of_then_are_checked(
    plant: Store, api: Application
) -> None:
    await plant.value("2026-03-01 00:00", 2, recorded_at=utc("2026-03-05"), cause="edit")
    await plant.insert(
        "interval_version", meter_id=await plant.meter_id("m"), production_format="scada",
        channel="GROSS", interval_start=utc("2026-03-01"), interval_seconds=300,
        energy_microkwh=20_000_000, quality="calculated", created_at=utc("2026-03-02"),
        recorded_at=utc("2026-03-02"), replaced_at=utc("2026-03-05"),
    )  # fmt: skip
    await plant.execute("UPDATE series SET created_at = '2026-03-02'")
    span = {"end": "2026-03-01T00:05:00Z"}
    assert flags(await ask(api, **span)) == {}
    assert flags(await ask(api, **span, as_of="2026-03-03T00:00:00Z")) == {"00:00": ["high_limit"]}
    assert (await ask(api, **span, as_of="2026-03-01T12:00:00Z"))["checked"] == 0


async def test_settlement_that_does_not_sum_to_the_register_is_flagged(
    plant: Store, api: Application
) -> None:
    await plant.values("2026-03-01 00:00", [2] * 8, interval_seconds=900, channel="NET",
                       production_format="settlement", quality="revenue")  # fmt: skip
    # 5 digits of 1 kWh: 8 kWh in the first hour, as settled; 11 in the second, with 8 settled.
    for place, (at, value) in enumerate((("00:00", "100"), ("01:00", "108"), ("02:00", "119"))):
        await plant.insert(
            "register_read", meter_id=await plant.meter_id("m"), register="total", digits=5,
            multiplier=1, value=value.zfill(5), read_at=utc(f"2026-03-01 {at}"), source_id=1,
            kafka_offset=place, recorded_at=utc("2026-03-02"),
        )  # fmt: skip
    found = await ask(api, production_format="settlement", end="2026-03-01T02:00:00Z")
    flagged = [at for at, seen in flags(found).items() if "register" in seen]
    assert flagged == ["01:00", "01:15", "01:30", "01:45"]


async def test_solar_power_at_night_is_flagged_where_the_project_has_coordinates(
    store: Store, api: Application
) -> None:
    await store.project(interval_seconds=300, technology="solar", latitude=52, longitude=5)
    await store.meter()
    await store.client()
    await store.values("2026-03-01 00:00", [1, 2])
    assert flags(await ask(api, end="2026-03-01T00:10:00Z")) == {
        "00:00": ["daylight"], "00:05": ["daylight"],
    }  # fmt: skip


async def test_nothing_is_expected_of_a_meter_while_it_belonged_to_a_project_out_of_sight(
    plant: Store, api: Application
) -> None:
    await plant.project("q", interval_seconds=300)
    await plant.values("2026-03-01 00:00", [1, 2, 3, 4, 5, 6])
    await plant.move("q", utc("2026-03-01 00:15"))
    await plant.client("of-q", projects=["q"])
    found = await ask(api, "of-q", end="2026-03-01T00:30:00Z")
    assert (found["checked"], found["intervals"]) == (3, [])


async def test_a_token_without_the_production_format_is_refused(
    plant: Store, api: Application
) -> None:
    await plant.client("settled", production_formats=["settlement"])
    answer = await api.get(VALIDATION, "settled", meter_number="m", **HOUR)
    assert answer.status_code == 403


async def test_an_unknown_meter_and_one_out_of_sight_are_404(
    plant: Store, api: Application
) -> None:
    await plant.project("q")
    await plant.client("of-q", projects=["q"])
    assert (await api.get(VALIDATION, meter_number="nobody", **HOUR)).status_code == 404
    assert (await api.get(VALIDATION, "of-q", meter_number="m", **HOUR)).status_code == 404


@pytest.mark.parametrize(
    ("parameters", "refused"),
    [
        ({"production_format": "forecast_day_ahead"}, "production_format"),
        ({"as_of": "2100-01-01T00:00:00Z"}, "as_of"),
        ({"flags": "gap"}, "flags"),
    ],
)
async def test_what_cannot_be_answered_is_refused_by_name(
    plain: Application, parameters: dict[str, str], refused: str
) -> None:
    answer = await plain.get(VALIDATION, **({"meter_number": "m"} | HOUR | parameters))
    assert answer.status_code == 400
    assert answer.json()["parameter"] == refused


async def test_a_hundred_days_of_five_minutes_are_accepted(plant: Store, api: Application) -> None:
    await plant.value("2026-03-01 00:00", 1)
    found = await ask(api, end="2026-06-09T00:00:00Z")
    assert found["checked"] == min(28_800, found["checked"])


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"])
async def test_the_ends_of_the_calendar_are_answered(plain: Application, instant: str) -> None:
    end = instant.replace("T00", "T01")
    assert (await ask(plain, start=instant, end=end))["checked"] == 0
