"""The objects and metadata of a small server that does everything right."""

from datetime import UTC, datetime, timedelta
from typing import Any

BASE = "https://good.test"
Item = dict[str, Any]


def stamp(day: int, second: int = 0) -> str:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, seconds=second)
    return at.isoformat().replace("+00:00", "Z")


def head(day: int) -> Item:
    return {"cds_created": stamp(0), "cds_modified": stamp(day), "cds_synced": stamp(300)}


def accounts() -> list[Item]:
    entity = {
        "id": "e1", "types": ["generator"], "entity_number": "e1", "entity_name": "Sunny Power",
        "entity_abbreviation": None,
    }  # fmt: skip
    contact = {"id": "k1", "types": ["phone_number", "work"], "value": "+15554443333"}
    return [
        {
            "cds_account_id": "A2", **head(20), "cds_account_parent": None, "customer_number": None,
            "account_number": "1002", "account_entity": entity, "account_name": "Windy Plants",
            "account_address": "2 Hill", "account_types": ["customer"], "account_status": "closed",
            "account_contacts": [],
        },
        {
            "cds_account_id": "A1", **head(10), "cds_account_parent": None, "customer_number": None,
            "account_number": "1001", "account_entity": entity, "account_name": "Sunny Plants",
            "account_address": "1 Hill", "account_types": ["customer"], "account_status": "active",
            "account_contacts": [contact],
        },
    ]  # fmt: skip


def contracts() -> list[Item]:
    def contract(name: str, day: int, **others: object) -> Item:
        return {
            "cds_servicecontract_id": name, **head(day), "cds_account_id": "A1",
            "contract_types": ["good_ppa"], "contract_status": "active",
            "service_types": ["electric", "generation"], "contract_number": f"N{name}",
            "contract_entity": None, "contract_address": "1 Hill", "contract_start": "2020-01-01",
            "contract_end": None,
        } | others  # fmt: skip

    return [
        contract("C1", 12),
        contract("C2", 11, contract_types=["utility_service"], contract_status="closed",
                 service_types=["electric", "supply"], contract_end="2025-01-01"),
    ]  # fmt: skip


def points() -> list[Item]:
    def point(name: str, day: int, contract: list[str]) -> Item:
        return {
            "cds_servicepoint_id": name, **head(day), "servicepoint_number": f"N{name}",
            "servicepoint_types": ["electric"], "current_servicecontracts": contract,
            "previous_servicecontracts": [], "latitude": 39.7, "longitude": -105.1,
            "servicepoint_address": "1 Hill", "premises": [],
        }  # fmt: skip

    return [point("P2", 14, []), point("P1", 13, ["C1"])]


def meters() -> list[Item]:
    def meter(name: str, day: int, at: list[str]) -> Item:
        return {
            "cds_meterdevice_id": name, **head(day), "meter_number": f"N{name}",
            "meter_types": ["electric_usage", "bidirectional"], "current_servicepoints": at,
            "previous_servicepoints": [], "meter_apps": [],
        }  # fmt: skip

    return [meter("M3", 17, ["P2"]), meter("M2", 16, ["P1"]), meter("M1", 15, ["P1"])]


def usage_format(name: str, **others: object) -> Item:
    return {
        "id": name, "type": "electric_usage", "units": "kWh", "direction": "reverse",
        "quality": "valid", "gridfeed_production_format": "settlement",
        "gridfeed_reading_validity": "total_gross",
    } | others  # fmt: skip


SETTLEMENT = (
    [usage_format("g"), usage_format("c", type="good_contracted",
                                     gridfeed_reading_validity="contracted"),
     {"id": "m", "type": "electric_supply_mix", "indexes": [0], "attribution": "individual",
      "supply_type": "solar"}],
    [[{"eu": -100.5}, {"cu": -50.25}, {"sm": 0.75, "ci": 0}], [None, None, None]],
)  # fmt: skip
SCADA = (
    [
        {"id": "d", "type": "electric_demand", "units": "kW", "direction": "reverse",
         "demand_type": "average", "quality": "calculated"},
        {"id": "r", "type": "meter_readings", "units": "kWh", "register": None,
         "related_meterdevice": "M1"},
    ],
    [[{"ed": -4.5}, {"r": "00012"}], [{"ed": -4.0}, {"r": "00013"}]],
)  # fmt: skip
FORECAST = (
    [{"id": "f", "type": "good_forecast", "units": "kWh", "direction": "reverse",
      "gridfeed_production_format": "forecast_day_ahead",
      "gridfeed_reading_validity": "total_gross"}],
    [[{"f": -3}], [{"f": -2}]],
)  # fmt: skip
KINDS = {"settlement": SETTLEMENT, "scada": SCADA, "forecast_day_ahead": FORECAST}


def segment(number: int) -> Item:
    """Segment of meter M1 or M2, one hour in two intervals; three kinds in turn."""
    kind = list(KINDS)[number % 3]
    formats, values = KINDS[kind]
    day, meter = number // 3, "M1" if number % 2 else "M2"
    issued = {"gridfeed_issued_at": stamp(day - 1)} if kind == "forecast_day_ahead" else {}
    return {
        "cds_usagesegment_id": f"S{number:03d}", **head(200 - number % 3),
        "related_aggregations": [], "related_accounts": ["A1"],
        "related_servicecontracts": ["C1"], "related_servicepoints": ["P1"],
        "related_meterdevices": [meter], "related_billsections": [],
        "related_productionprojects": ["J1"], "gridfeed_production_format": kind, **issued,
        "segment_start": stamp(day), "segment_end": stamp(day, 3600), "interval": 1800,
        "formats": formats, "values": values,
    }  # fmt: skip


def month() -> Item:
    made = segment(0) | {
        "cds_usagesegment_id": "S900", "segment_start": stamp(90), "segment_end": stamp(121),
        "interval": 31 * 86_400,
    }  # fmt: skip
    return made | {"values": SETTLEMENT[1][:1]}


def eacs() -> list[Item]:
    def eac(name: str, day: int, kind: str, whose: list[str]) -> Item:
        return {
            "cds_eac_id": name, **head(18), "beneficiary_type": kind, "beneficiaries": whose,
            "eac_numbers": [f"N{name}"], "eac_format": "good_pdf",
            "eac_data_url": f"{BASE}/certificates/{name}", "period_start": stamp(day),
            "period_end": stamp(day + 30),
        }  # fmt: skip

    return [eac("E3", 60, "general", []), eac("E1", 30, "account", ["A1"]),
            eac("E2", 30, "servicecontract", ["C1"])]  # fmt: skip


def projects() -> list[Item]:
    def project(name: str, day: int, numbers: list[str], end: str | None) -> Item:
        return {
            "cds_productionproject_id": name, **head(day), "contract_start_date": stamp(-100),
            "contract_end_date": end, "meter_number": numbers,
            "available_formats": list(KINDS) if numbers else [], "contract_rule": "50%",
            "contract_type": "PPA", "available_reading_validity": ["total_gross"],
            "timezone": "America/Denver", "related_accounts": ["A1"],
            "related_servicecontracts": ["C1"], "related_servicepoints": ["P1"],
            "related_meterdevices": [number[1:] for number in numbers],
        }  # fmt: skip

    return [project("J2", 19, [], None), project("J1", 18, ["NM1", "NM2"], stamp(1000))]


def objects() -> dict[str, list[Item]]:
    """Every listing in its order, 250 daily segments and a monthly one among them."""
    segments = [segment(number) for number in range(250)]
    return {
        "accounts": accounts(), "service_contracts": contracts(), "service_points": points(),
        "meter_devices": meters(), "usage_segments": [*segments, month()], "eacs": eacs(),
        "production_projects": projects(),
    }  # fmt: skip
