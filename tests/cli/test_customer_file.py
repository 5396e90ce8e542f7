"""What a project file declares of accounts, contracts, points, aggregations and certificates."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cli.projects.file import BadProjectFileError, read_file
from gridfeed.domain.calendar.period import Period
from gridfeed.domain.declaration.customer_data import (
    Account,
    Aggregation,
    Certificate,
    CertificateFormat,
    ServiceContract,
    ServicePoint,
    SupplyPart,
)
from gridfeed.domain.declaration.customer_target import DeclaredCustomer
from tests.cli.customer_file import FULL


def midnight(year):
    """Midnight of the first of January in Denver."""
    return datetime(year, 1, 1, 7, tzinfo=UTC)


def faults(text):
    with pytest.raises(BadProjectFileError) as caught:
        read_file(text)
    return [(fault.line, fault.text) for fault in caught.value.faults]


def test_a_file_without_customer_data_declares_none_but_its_contracts_and_points():
    declared = read_file(
        "projects: [{id: p, timezone: UTC, meters: [{number: m, capacity_kw: 1}]}]"
    )
    assert declared.customer == DeclaredCustomer()
    (project,) = declared.projects
    assert project.contracts == (ServiceContract(tenant="default", name="sc-p", project="p"),)
    assert project.contracts[0].contract_types == ("gridfeed_other",)
    assert project.contracts[0].service_types == ("electric", "metered", "generation")
    assert (project.meters[0].service_point, project.meters[0].point) == (None, "m")


def test_an_account_is_read_to_the_letter():
    account = read_file(FULL).customer.account
    assert account == Account(
        tenant="sun",
        name="ac-sun",
        account_number="A-1",
        account_name="Sun Power LLC",
        customer_number="C-7",
        account_address="1 Sun Street\nGolden, CO",
        account_types=("customer", "commercial"),
        account_status="active",
        account_entity={
            "id": "xcel",
            "types": ["iou", "distributor"],
            "entity_number": "xcel",
            "entity_name": "Xcel Energy",
            "entity_abbreviation": "XEL",
        },
        account_contacts=(
            {"id": "desk", "types": ["email", "work"], "value": "desk@sun.example"},
            {"id": "night", "types": ["phone_number", "mobile"], "value": "+13035550100"},
        ),
    )
    assert account.line == 2


def test_contracts_of_now_and_before_have_local_dates():
    now, before = read_file(FULL).projects[0].contracts
    assert now == ServiceContract(
        tenant="sun",
        name="sc-east",
        project="east",
        contract_number="PPA-2",
        contract_types=("gridfeed_ppa",),
        contract_start=date(2024, 1, 1),
        contract_end=date(2040, 1, 1),
        period=Period(midnight(2024), midnight(2040)),
    )
    assert (before.name, before.contract_number, before.line) == ("sc-old", "PPA-1", 20)
    assert before.period == Period(midnight(2020), midnight(2024))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("PPA", "gridfeed_ppa"),
        ("gridfeed_merchant", "gridfeed_merchant"),
        ("Merchant", "gridfeed_merchant"),
        ("Tolling", "gridfeed_other"),
    ],
)
def test_the_type_of_an_agreement_follows_the_contract_s(kind, expected):
    text = f"projects: [{{id: p, timezone: UTC, contract: {{type: {kind}}}}}]"
    assert read_file(text).projects[0].contracts[0].contract_types == (expected,)


def test_a_supply_mix_keeps_its_digits():
    assert read_file(FULL).projects[0].supply_mix == (
        SupplyPart("solar", Decimal("0.75"), "individual", Decimal(0)),
        SupplyPart("general", Decimal("0.25"), "residual"),
    )


DATED = """tenant: sun
projects:
  - id: east
    timezone: America/Denver
    supply_mix:
      - {supply_type: solar, ratio: 1, end: 2025-01-01}
      - {supply_type: solar, ratio: 0.8, start: 2025-01-01}
      - {supply_type: storage, ratio: 0.2, start: 2025-01-01, end: 2026-01-01}
"""


def test_parts_of_different_days_are_different_mixes():
    assert read_file(DATED).projects[0].supply_mix == (
        SupplyPart("solar", Decimal(1), period=Period(None, midnight(2025))),
        SupplyPart("solar", Decimal("0.8"), period=Period(midnight(2025), None)),
        SupplyPart("storage", Decimal("0.2"), period=Period(midnight(2025), midnight(2026))),
    )


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("ratio: 0.2,", "ratio: 0.3,", 5, "ratios from 2025-01-01 on add up to 1.1, more than 1"),
        ("end: 2025-01-01", "end: 2025-01-02", 5, "ratios from 2025-01-01 on add up to 2.0"),
        ("storage", "solar", 5, "has solar individual twice from 2025-01-01 on; add them up"),
        ("end: 2026-01-01", "end: 2025-01-01", 8, "not after start 2025-01-01; end is exclusive"),
    ],
)
def test_a_mix_that_is_none_on_a_day_is_told(before, after, line, said):
    found = faults(DATED.replace(before, after, 1))
    assert [at for at, text in found if said in text] == [line], found


def test_points_aggregations_and_certificates_are_read_to_the_letter():
    customer = read_file(FULL).customer
    assert customer.points == (
        ServicePoint(
            tenant="sun",
            name="poi",
            servicepoint_types=("electric", "edge"),
            servicepoint_address="2 Grid Road",
            latitude=Decimal("39.742"),
            longitude=Decimal("-105.1727"),
            premises=({"id": "lot", "premise_number": "12-7", "types": ["land"]},),
        ),
    )
    assert customer.aggregations == (
        Aggregation(
            tenant="sun",
            name="ag-all",
            aggregation_number="portfolio",
            aggregation_types=("confidential", "meter_number"),
            meters=("e-1", "e-2", "w-1"),
            aggregations=("ag-co",),
        ),
        Aggregation(
            tenant="sun",
            name="ag-co",
            aggregation_number=None,
            aggregation_types=("confidential", "province", "region"),
            account=True,
            contracts=("sc-east",),
            points=("poi",),
            provinces=("Colorado",),
            grouped_addresses=("2 Grid Road",),
            grouped_regions=(
                {"id": "r1", "name": "Jefferson", "types": ["county"], "counties": ["Jefferson"]},
            ),
        ),
    )
    assert customer.formats == (
        CertificateFormat(
            tenant="sun",
            name="rec-csv",
            title="RECs",
            description="One line a certificate.",
            documentation="https://registry.example.com/format",
        ),
    )
    assert customer.certificates == (
        Certificate(
            tenant="sun",
            name="rec-2025",
            eac_format="rec-csv",
            eac_data_url="https://registry.example.com/rec-2025",
            period=Period(midnight(2025), midnight(2026)),
            projects=("east",),
            beneficiary_type="servicecontract",
            contracts=("sc-east",),
            eac_numbers=("R-1", "R-2"),
        ),
    )


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("customer_number", "custmer_number", 3, "did you mean customer_number?"),
        ("[customer, commercial]", "[]", 9, "account.types: a list: List should have at least 1"),
        ("[customer, commercial]", "[producer]", 9, "Input should be 'customer', 'thirdparty'"),
        ("desk@sun.example", "desk", 13, "write one like ops@example.com"),
        ('"+13035550100"', "303-555-0100", 14, "write one like +13035550100"),
        ("[email, work]", "[work]", 13, "must have either email or phone_number"),
        ("types: [iou, distributor]", "types: [plant]", 11, "'distributor', 'supplier'"),
        ("id: sc-old, ", "", 20, "former_contracts[0].id: is required"),
        ("end: 2024-01-01}", "end: 2020-01-01}", 20, "not after start 2020-01-01"),
        ("ratio: 0.75", "ratio: 0.76", 21, "its ratios add up to 1.01, more than 1"),
        ("supply_type: general", "supply_type: sun", 23, "Input should be 'general'"),
        ("service_point: poi}", "service_point: p o i}", 25, "without white space"),
        ("longitude: -105.1727", "longitude: null", 36, "latitude and longitude go together"),
        ("    provinces: [Colorado]\n", "", 46, "province needs provinces"),
        ("counties: [Jefferson]", "counties: null", 46, "county needs counties"),
        ("types: [county], c", "types: [geographic], c", 46, "needs map_resource or geojson"),
        ("https://registry.example.com/format", "registry", 52, "not a URL; write one like"),
        ("end: 2026-01-01", "end: 2025-01-01", 57, "not after start 2025-01-01"),
        ("format: rec-csv", "format: rec", 54, "certificate rec-2025 has the format rec, which"),
        ("projects: [east]", "projects: [est]", 54, "names project est, which this file does not"),
        ("id: sc-old", "id: sc-east", 20, "service contract sc-east is declared on line 18"),
        ("id: ag-co", "id: ag-all", 40, "aggregation ag-all is declared on line 39 already"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before, after, line, said):
    assert before in FULL
    found = faults(FULL.replace(before, after, 1))
    assert [at for at, text in found if said in text] == [line], found


def test_a_certificate_names_contracts_only_for_contracts():
    text = FULL.replace(
        "format: rec-csv",
        "beneficiary_type: account\n    service_contracts: [x]\n    format: rec-csv",
    )
    ((line, said),) = faults(text)
    assert line == 60
    assert "names contracts, but beneficiary_type is account" in said
