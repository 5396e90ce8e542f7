"""`/v1/registers`: reads verbatim, exact energies, and the check against intervals."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from api.meters.registers import query as registers
from tests.api.application import Application
from tests.api.builders import Store, utc

REGISTERS = "/v1/registers"
MARCH = {"start": "2026-03-01T00:00:00Z", "end": "2026-04-01T00:00:00Z"}
RECORDED = utc("2026-05-01")


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project()
    await store.meter()
    await store.execute("UPDATE meter SET capacity_kw = 5000")
    await store.client()
    return store


async def read(store: Store, at: str, value: str, **columns: Any) -> None:
    """One read of register total of meter m: 5 digits, 40 kWh a unit."""
    offset = len(await store.execute("SELECT FROM register_read"))
    row = {
        "meter_id": await store.meter_id(columns.pop("meter", "m")),
        "register": "total",
        "digits": 5,
        "multiplier": Decimal("40.000000"),
        "value": value,
        "read_at": utc(at),
        "source_id": 1,
        "kafka_offset": offset,
        "recorded_at": RECORDED,
    } | columns
    await store.insert("register_read", **row)


async def ask(api: Application, token: str = "all", **parameters: str) -> dict[str, Any]:
    answer = await api.get(REGISTERS, token, **({"meter_number": "m"} | MARCH | parameters))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def only(api: Application, **parameters: str) -> dict[str, Any]:
    """Return the one register's one energy."""
    (register,) = (await ask(api, **parameters))["registers"]
    (energy,) = register["energies"]
    found: dict[str, Any] = energy
    return found


@pytest.mark.embedded
async def test_a_rollover_is_answered_whole(plant: Store, api: Application) -> None:
    await read(plant, "2026-03-02 10:00", "99987")
    await read(plant, "2026-03-02 10:15", "00012")
    await plant.value("2026-03-02 10:00", 990, interval_seconds=900, production_format="settlement",
                      channel="NET", quality="revenue")  # fmt: skip
    assert await ask(api) == {
        "meter_number": "m",
        "units": "kWh",
        "as_of": None,
        "registers": [
            {
                "register": "total",
                "reads": [
                    {"read_at": "2026-03-02T10:00:00Z", "value": "99987", "digits": 5,
                     "multiplier": "40.000000", "exchange": None,
                     "recorded_at": "2026-05-01T00:00:00Z"},
                    {"read_at": "2026-03-02T10:15:00Z", "value": "00012", "digits": 5,
                     "multiplier": "40.000000", "exchange": None,
                     "recorded_at": "2026-05-01T00:00:00Z"},
                ],
                "energies": [
                    {
                        "start": "2026-03-02T10:00:00Z",
                        "end": "2026-03-02T10:15:00Z",
                        "energy": 1000.0,
                        "flags": ["rollover"],
                        "check": {
                            "status": "ok", "production_format": "settlement",
                            "reading_validity": "net_metering", "energy": 990.0,
                            "difference": 10.0, "tolerance": 40.0,
                        },
                    }
                ],
            }
        ],
    }  # fmt: skip


async def test_an_exchange_shows_which_read_is_of_which_meter(
    plant: Store, api: Application
) -> None:
    for at, value in [
        ("10:00", "48200"),
        ("10:07", "48210"),
        ("10:07", "00003"),
        ("10:15", "00005"),
    ]:
        await read(plant, f"2026-03-02 {at}", value, multiplier=Decimal(1))
    (register,) = (await ask(api))["registers"]
    assert [each["exchange"] for each in register["reads"]] == [None, "final", "initial", None]
    assert [(each["energy"], each["flags"]) for each in register["energies"]] == [
        (10, ["exchange"]),
        (2, []),
    ]


@pytest.mark.parametrize(
    ("units", "text"),
    [("Wh", "0.000000001"), ("kWh", "0.000000000001"), ("MWh", "0.000000000000001")],
)
async def test_energies_are_exact_in_the_project_s_unit(
    plant: Store, api: Application, units: str, text: str
) -> None:
    await plant.execute("UPDATE project SET units = $1", units)
    await read(plant, "2026-03-02 10:00", "00000.000000", multiplier=Decimal("0.000001"))
    await read(plant, "2026-03-02 10:15", "00000.000001", multiplier=Decimal("0.000001"))
    answer = await api.get(REGISTERS, meter_number="m", **MARCH)
    assert f'"energy":{text},"flags"' in answer.text
    assert orjson.loads(answer.content)["units"] == units


async def test_reads_at_both_bounds_belong_to_a_month(plant: Store, api: Application) -> None:
    for at in ("2026-02-28 23:59", "2026-03-01 00:00", "2026-04-01 00:00", "2026-04-01 00:01"):
        await read(plant, at, "00010")
    assert ((await only(api))["start"], (await only(api))["end"]) == (
        "2026-03-01T00:00:00Z",
        "2026-04-01T00:00:00Z",
    )


async def test_registers_stand_side_by_side(plant: Store, api: Application) -> None:
    for name, first, last in [("1.8.1", "00001", "00002"), ("1.8.2", "00005", "00009")]:
        await read(plant, "2026-03-02", first, register=name)
        await read(plant, "2026-03-03", last, register=name)
    found = (await ask(api))["registers"]
    assert [(each["register"], each["energies"][0]["energy"]) for each in found] == [
        ("1.8.1", 40),
        ("1.8.2", 160),
    ]


async def test_each_energy_is_checked_against_the_intervals_between_its_reads(
    plant: Store, api: Application
) -> None:
    for hour, value in [(10, "00010"), (11, "00020"), (12, "00020"), (13, "00030"), (14, "00031")]:
        await read(plant, f"2026-03-02 {hour}:00", value)
    # 400, 0 and 400 - the last of 30 minutes - and over the read at 13:00 an hour, 12:30 to 13:30.
    await plant.values("2026-03-02 10:00", [200, 200, 0, 50, 400], interval_seconds=1800)
    await plant.value("2026-03-02 12:30", 100, interval_seconds=3600)
    await plant.value("2026-03-02 09:59", 100, interval_seconds=30)
    (register,) = (await ask(api))["registers"]
    checks = [each["check"] for each in register["energies"]]
    assert [each["status"] for each in checks] == [
        "ok", "differs", "not_comparable", "not_comparable",
    ]  # fmt: skip
    assert [each["difference"] for each in checks] == [0, -50, None, None]
    assert {each["production_format"] for each in checks} == {"scada"}
    assert {each["reading_validity"] for each in checks} == {"total_gross"}


async def test_an_interval_over_the_first_or_the_last_read_is_not_comparable(
    plant: Store, api: Application
) -> None:
    for minute, value in [(10, "00010"), (20, "00010"), (30, "00010")]:
        await read(plant, f"2026-03-02 10:{minute}", value)
    await plant.values("2026-03-02 10:05", [1, 1, 1, 1, 1], interval_seconds=600, quality="valid")
    (register,) = (await ask(api))["registers"]
    assert [e["check"]["status"] for e in register["energies"]] == ["not_comparable"] * 2


async def test_settlement_is_preferred_and_a_missing_interval_is_incomplete(
    plant: Store, api: Application
) -> None:
    await read(plant, "2026-03-02 10:00", "00010")
    await read(plant, "2026-03-02 10:30", "00011")
    await plant.values("2026-03-02 10:00", [20, 20], interval_seconds=900)
    assert (await only(api))["check"]["status"] == "ok"
    await plant.values("2026-03-02 10:00", [20, None], interval_seconds=900, channel="NET",
                       production_format="settlement")  # fmt: skip
    check = (await only(api))["check"]
    assert (check["status"], check["production_format"]) == ("incomplete", "settlement")


async def test_gross_and_station_load_are_added(plant: Store, api: Application) -> None:
    await read(plant, "2026-03-02 10:00", "00010")
    await read(plant, "2026-03-02 10:15", "00012")
    for channel, energy in (("GROSS", 90), ("STATION_LOAD", -10)):
        await plant.value("2026-03-02 10:00", energy, interval_seconds=900, channel=channel,
                          production_format="settlement", quality="valid")  # fmt: skip
    check = (await only(api))["check"]
    assert (check["energy"], check["reading_validity"]) == (80, "net_metering")


@pytest.mark.embedded
async def test_as_of_knows_the_reads_and_the_values_of_then(plant: Store, api: Application) -> None:
    await read(plant, "2026-03-02 10:00", "00010", recorded_at=utc("2026-03-02 11:00"))
    await read(plant, "2026-03-02 10:30", "00012", recorded_at=utc("2026-03-02 11:00"))
    await read(plant, "2026-03-02 10:15", "00011", recorded_at=utc("2026-03-02 13:00"))
    await plant.value(
        "2026-03-02 10:00",
        80,
        interval_seconds=1800,
        channel="NET",
        quality="valid",
        production_format="settlement",
        recorded_at=utc("2026-03-02 12:00"),
    )
    before, between, now = [
        (await ask(api, as_of=f"2026-03-02T{at}:00Z"))["registers"]
        for at in ("10:59", "11:00", "13:00")
    ]
    assert before == []
    assert [e["check"]["status"] for e in between[0]["energies"]] == ["incomplete"]
    assert [e["check"]["status"] for e in now[0]["energies"]] == ["not_comparable"] * 2
    noon = await only(api, as_of="2026-03-02T12:00:00Z")
    assert (noon["energy"], noon["check"]["status"]) == (80, "ok")


async def test_an_instant_to_come_is_refused(plain: Application) -> None:
    answer = await plain.get(REGISTERS, meter_number="m", as_of="2999-01-01T00:00:00Z", **MARCH)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "as_of")


async def test_registers_are_shown_to_whom_may_see_settlement(
    plant: Store, api: Application
) -> None:
    await read(plant, "2026-03-02", "00010")
    await plant.client("scada", production_formats=["scada"])
    await plant.client("settlement", production_formats=["settlement"])
    refused = await api.get(REGISTERS, "scada", meter_number="m", **MARCH)
    assert refused.status_code == 403
    assert len((await ask(api, "settlement"))["registers"]) == 1
    rows = await plant.execute(
        "SELECT set_config('role', 'gridfeed_reader', false),"
        " set_config('gridfeed.projects', '*', false),"
        " set_config('gridfeed.production_formats', '{scada}', false)"
    )
    assert rows
    assert await plant.execute("SELECT value FROM granted.register_read") == []


async def test_each_project_sees_the_reads_of_its_time_and_the_one_of_the_change(
    plant: Store, api: Application
) -> None:
    await plant.project("q")
    await plant.move("q", utc("2026-03-03"))
    for day, value in ((2, "00010"), (3, "00011"), (4, "00012")):
        await read(plant, f"2026-03-0{day}", value)
    for project in ("p", "q"):
        await plant.client(project, projects=[project])
    seen = {
        token: [each["value"] for each in (await ask(api, token))["registers"][0]["reads"]]
        for token in ("p", "q", "all")
    }
    assert seen == {
        "p": ["00010", "00011"],
        "q": ["00011", "00012"],
        "all": ["00010", "00011", "00012"],
    }


async def test_an_unknown_meter_is_404(plain: Application) -> None:
    assert (await plain.get(REGISTERS, meter_number="nobody", **MARCH)).status_code == 404


async def test_a_meter_without_registers_has_none(plant: Store, api: Application) -> None:
    assert (await ask(api))["registers"] == []


async def test_400_days_are_accepted(plant: Store, api: Application) -> None:
    assert (await ask(api, start="2025-01-01T00:00:00Z", end="2026-02-05T00:00:00Z"))[
        "registers"
    ] == []


async def test_too_many_reads_are_asked_for_in_parts(
    plant: Store, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registers, "MOST_READS", 3)
    for day in range(3):
        await read(plant, f"{utc('2026-03-02') + timedelta(days=day):%Y-%m-%d}", f"0001{day}")
    assert len((await ask(api))["registers"][0]["reads"]) == 3
    await read(plant, "2026-03-09", "00019")
    answer = await api.get(REGISTERS, meter_number="m", **MARCH)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "end")
