"""Rows of the customer data objects; what a test does not name has a value of no interest."""

import json
from decimal import Decimal
from typing import Any

from gridfeed.storage.clients import token_sha256
from tests.api.builders import FOR_EVER, LONG_BEFORE, Store, utc

ENTITY = {
    "id": "sun", "types": ["generator"], "entity_number": "sun", "entity_name": "Sunny Power",
    "entity_abbreviation": None,
}  # fmt: skip
CONTACT = {"id": "k", "types": ["email", "work"], "value": "desk@sunny.example"}


async def account(store: Store, name: str, tenant: str = "default", **columns: object) -> None:
    await store.insert(
        "account", **{
            "cds_account_id": name, "tenant": tenant, "account_number": name, "account_name": name,
            "account_address": "", "account_types": ["customer"], "account_status": "active",
            "account_contacts": "[]",
        } | columns,
    )  # fmt: skip


async def contract(store: Store, name: str, project: str, holder: str, **columns: object) -> None:
    await store.insert(
        "service_contract", **{
            "cds_servicecontract_id": name, "cds_account_id": holder,
            "cds_productionproject_id": project, "contract_address": "",
            "contract_types": ["gridfeed_ppa"], "service_types": ["electric", "generation"],
        } | columns,
    )  # fmt: skip


async def point(store: Store, number: str, **columns: object) -> None:
    await store.insert(
        "service_point", **{
            "servicepoint_number": number, "tenant": "default", "premises": "[]",
            "servicepoint_types": ["electric", "edge"],
        } | columns,
    )  # fmt: skip


async def install(
    store: Store, meter: str, number: str, starts_at: str | None = None, ends_at: str | None = None
) -> None:
    await store.insert(
        "installation", meter_id=await store.meter_id(meter), cds_servicepoint_id=f"sp-{number}",
        starts_at=utc(starts_at) if starts_at else LONG_BEFORE,
        ends_at=utc(ends_at) if ends_at else FOR_EVER,
    )  # fmt: skip


async def aggregation(
    store: Store, name: str, *members: dict[str, object], **columns: object
) -> None:
    await store.insert(
        "aggregation", **{
            "cds_aggregation_id": name, "tenant": "default", "aggregation_number": f"N{name}",
            "aggregation_types": ["meter_number"], "grouped_addresses": [], "grouped_regions": "[]",
        } | columns,
    )  # fmt: skip
    for member in members:
        await store.insert("aggregation_member", cds_aggregation_id=name, **member)


async def certificate(store: Store, name: str, project: str, **columns: Any) -> None:
    whose = columns.pop("whose", {})
    await store.insert(
        "eac", **{
            "cds_eac_id": name, "tenant": "default", "beneficiary_type": "general",
            "eac_numbers": [f"N{name}"], "eac_format": "pdf",
            "eac_data_url": f"http://127.0.0.1:1/{name}", "period_start": utc("2026-01-01"),
            "period_end": utc("2026-02-01"),
        } | columns,
    )  # fmt: skip
    await store.insert("eac_project", cds_eac_id=name, cds_productionproject_id=project)
    if whose:
        await store.insert("eac_beneficiary", cds_eac_id=name, **whose)


async def pdf(store: Store) -> None:
    await store.insert(
        "eac_format",
        eac_format="pdf",
        tenant="default",
        name="Certificate",
        description="As printed.",
        documentation="https://example.com/pdf",
    )


async def client_without_details(store: Store, token: str = "minimal") -> None:
    await store.insert("client", name=token, token_sha256=token_sha256(token), details=False)


async def _contracts(store: Store) -> None:
    await account(
        store, "a1", account_number="1001", customer_number="C-7", account_name="Sunny Plants",
        account_address="1 Hill\nGolden", account_entity=json.dumps(ENTITY),
        account_contacts=json.dumps([CONTACT]),
    )  # fmt: skip
    await account(store, "a2", "windy", account_number="1002", account_name="Windy Plants",
                  account_status="closed")  # fmt: skip
    await contract(
        store, "c0", "j1", "a1", contract_number="N0", contract_types=["utility_service"],
        service_types=["electric", "supply"], contract_start=utc("2020-01-01").date(),
        contract_end=utc("2024-01-01").date(), starts_at=utc("2020-01-01"),
        ends_at=utc("2024-01-01"),
    )  # fmt: skip
    await contract(
        store, "c1", "j1", "a1", contract_number="N1", contract_entity=json.dumps(ENTITY),
        contract_start=utc("2024-01-01").date(), starts_at=utc("2024-01-01"),
        contract_address="1 Hill",
    )  # fmt: skip
    await contract(store, "c2", "j2", "a2", contract_number="N2", contract_status="paused")


async def grid(store: Store) -> None:
    """Accounts a1 (sunny, active) and a2 (windy, closed), each with a project.

    j1 of a1: contract c0 until 2024, then c1; meters m1 at p0 until 2025, then p1, and m2 at p1.
    j2 of a2: contract c2, paused; meter m3 at p2.
    """
    await store.project("j1")
    await store.project("j2")
    await store.execute("UPDATE project SET tenant = 'windy' WHERE cds_productionproject_id = 'j2'")
    await _contracts(store)
    for number, place in (("p0", {}), ("p1", {
        "servicepoint_address": "2 Grid Road", "latitude": Decimal("39.742"),
        "longitude": Decimal("-105.1727"),
        "premises": json.dumps([{"id": "l", "premise_number": "LOT-12", "types": ["land"]}]),
    }), ("p2", {})):  # fmt: skip
        await point(store, number, **place)
    for meter, project in (("m1", "j1"), ("m2", "j1"), ("m3", "j2")):
        await store.meter(meter, project)
    await install(store, "m1", "p0", None, "2025-01-01")
    await install(store, "m1", "p1", "2025-01-01")
    await install(store, "m2", "p1")
    await install(store, "m3", "p2")
    members = [{"meter_id": await store.meter_id(meter)} for meter in ("m1", "m3")]
    await aggregation(store, "g1", *members)
    await aggregation(
        store, "g2", {"cds_account_id": "a2"}, {"grouped_aggregation_id": "g1"},
        aggregation_number=None, aggregation_types=["municipality", "confidential"],
        municipalities=["Golden"], grouped_addresses=["2 Grid Road"],
        grouped_regions=json.dumps([{"id": "r", "name": "Jefferson", "types": ["local"]}]),
    )  # fmt: skip
    await pdf(store)
    await certificate(store, "e1", "j1")
    await certificate(store, "e2", "j1", beneficiary_type="servicecontract",
                      whose={"cds_servicecontract_id": "c1"})  # fmt: skip
    await certificate(
        store,
        "e3",
        "j2",
        beneficiary_type="account",
        whose={"cds_account_id": "a2"},
        period_start=utc("2026-02-01"),
        period_end=utc("2026-03-01"),
    )
    await store.client()
    await store.client("sunny", projects=["j1"])
    await client_without_details(store)
