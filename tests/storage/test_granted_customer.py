"""What a client sees of customer data: the views of schema granted, as the role that reads them."""

from datetime import timedelta

import asyncpg
import pytest

from cli.projects.file import read_file
from gridfeed import clock
from gridfeed.storage.catalogue import apply
from tests.storage.granted_client import RAIN, SUN, Client


@pytest.fixture
async def url(database_url):
    connection = await asyncpg.connect(database_url)
    try:
        for text in (SUN, RAIN):
            declared = read_file(text)
            await apply(connection, declared.projects, declared.customer)
    finally:
        await connection.close()
    return database_url


@pytest.fixture
def east(url):
    return Client(url, "{east}")


@pytest.fixture
def west(url):
    return Client(url, "{west}")


LISTS = {
    "account": "SELECT cds_account_id FROM account ORDER BY 1",
    "contract": "SELECT cds_servicecontract_id FROM service_contract ORDER BY 1",
    "point": "SELECT cds_servicepoint_id FROM service_point ORDER BY 1",
    "aggregation": "SELECT cds_aggregation_id FROM aggregation ORDER BY 1",
    "certificate": "SELECT cds_eac_id FROM eac ORDER BY 1",
    "mix": "SELECT cds_productionproject_id FROM supply_mix ORDER BY 1",
}


async def seen(client):
    return {name: await client.rows(statement) for name, statement in LISTS.items()}


async def test_a_client_of_all_projects_sees_everything(url):
    assert await seen(Client(url, "*")) == {
        "account": ["ac-rain", "ac-sun"],
        "contract": ["sc-dry", "sc-east", "sc-old", "sc-west"],
        "point": ["sp-d", "sp-m", "sp-poi", "sp-w"],
        "aggregation": ["ag-all", "ag-east", "ag-rain"],
        "certificate": ["c-both", "c-customer", "c-east"],
        "mix": ["east"],
    }


async def test_a_client_of_one_project_sees_what_that_project_makes_visible(east, west):
    assert await seen(east) == {
        "account": ["ac-sun"],
        "contract": ["sc-east", "sc-old"],
        "point": ["sp-poi"],
        "aggregation": ["ag-all", "ag-east"],
        "certificate": ["c-both", "c-east"],
        "mix": ["east"],
    }
    assert await seen(west) == {
        "account": ["ac-sun"],
        "contract": ["sc-west"],
        "point": ["sp-m", "sp-w"],
        "aggregation": ["ag-all"],
        "certificate": ["c-both", "c-customer"],
        "mix": [],
    }


@pytest.mark.parametrize("projects", ["", "{}", "{nobody}"])
async def test_a_grant_of_nothing_sees_nothing(url, projects):
    assert await seen(Client(url, projects)) == {name: [] for name in LISTS}


async def test_two_tenants_share_no_id(url):
    sun, rain = await seen(Client(url, "{east,west}")), await seen(Client(url, "{dry}"))
    assert all(not set(sun[name]) & set(rain[name]) for name in LISTS)
    assert rain["account"] == ["ac-rain"]
    assert rain["point"] == ["sp-d"]


POINTS_OF_METERS = """
SELECT meter_number, cds_servicepoint_id, current
FROM meter_servicepoint JOIN meter USING (meter_id)
ORDER BY 1, 2
"""


async def test_a_meter_that_moved_has_a_point_of_now_and_one_of_before(url, east, west):
    assert await Client(url, "{east,west}").rows(POINTS_OF_METERS) == [
        ("e", "sp-poi", True),
        ("m", "sp-m", True),
        ("m", "sp-poi", False),
        ("w", "sp-w", True),
    ]
    # Where it is now under a project that the client may not see, it does not learn.
    assert await east.rows(POINTS_OF_METERS) == [("e", "sp-poi", True), ("m", "sp-poi", False)]
    assert await west.rows(POINTS_OF_METERS) == [("m", "sp-m", True), ("w", "sp-w", True)]


CONTRACTS_OF_POINTS = """
SELECT cds_servicepoint_id, cds_servicecontract_id, current FROM servicepoint_contract ORDER BY 1, 2
"""


async def test_a_point_serves_contracts_now_and_served_others_before(url, west):
    assert await Client(url, "{east,west}").rows(CONTRACTS_OF_POINTS) == [
        ("sp-m", "sc-west", True),
        ("sp-poi", "sc-east", True),
        ("sp-poi", "sc-old", False),
        ("sp-w", "sc-west", True),
    ]
    assert await west.rows(CONTRACTS_OF_POINTS) == [
        ("sp-m", "sc-west", True),
        ("sp-w", "sc-west", True),
    ]


async def test_a_contract_is_closed_once_it_has_ended(east):
    assert await east.rows(
        "SELECT cds_servicecontract_id, contract_status FROM service_contract ORDER BY 1"
    ) == [("sc-east", "active"), ("sc-old", "closed")]


GROUPED = """
SELECT cds_aggregation_id, cds_account_id, meter_number, grouped_aggregation_id
FROM aggregation_member LEFT JOIN meter USING (meter_id)
ORDER BY 1, 2, 3, 4
"""


async def test_members_are_those_that_are_visible(url, east, west):
    assert await Client(url, "*").rows(GROUPED) == [
        ("ag-all", "ac-sun", None, None),
        ("ag-all", None, "e", None),
        ("ag-all", None, "w", None),
        ("ag-all", None, None, "ag-east"),
        ("ag-east", None, "e", None),
        ("ag-rain", None, "d", None),
    ]
    assert await east.rows(GROUPED) == [
        ("ag-all", "ac-sun", None, None),
        ("ag-all", None, "e", None),
        ("ag-all", None, None, "ag-east"),
        ("ag-east", None, "e", None),
    ]
    assert await west.rows(GROUPED) == [
        ("ag-all", "ac-sun", None, None),
        ("ag-all", None, "w", None),
    ]


BENEFICIARIES = "SELECT cds_eac_id, beneficiary FROM eac_beneficiary ORDER BY 1, 2"


async def test_beneficiaries_are_identifiers_of_their_type_that_are_visible(url, east):
    assert await Client(url, "{east,west}").rows(BENEFICIARIES) == [
        ("c-both", "sc-east"),
        ("c-both", "sc-west"),
        ("c-customer", "C-7"),
        ("c-east", "sc-east"),
    ]
    assert await east.rows(BENEFICIARIES) == [("c-both", "sc-east"), ("c-east", "sc-east")]


async def test_without_details_optional_fields_are_null_and_no_search_finds_them(url):
    plain, full = Client(url, "{east}", "off"), Client(url, "{east}", "on")
    account = "SELECT account_number, account_name, account_types, customer_number FROM account"
    assert await full.rows(account) == [("A-1", "Sun Power", ["customer"], "C-7")]
    assert await plain.rows(account) == [(None, None, None, None)]
    contract = "SELECT account_number, contract_entity, contract_start, contract_types FROM"
    assert await plain.rows(
        f"{contract} service_contract WHERE cds_servicecontract_id = 'sc-east'"
    ) == [(None, None, None, ["gridfeed_ppa"])]
    point = (
        "SELECT servicepoint_number, servicepoint_address, latitude, premises FROM service_point"
    )
    assert await plain.rows(point) == [("poi", None, None, None)]
    addresses = "SELECT grouped_addresses FROM aggregation WHERE cds_aggregation_id = 'ag-east'"
    assert (await plain.rows(addresses), await full.rows(addresses)) == ([None], [["2 Grid Road"]])
    assert await plain.rows("SELECT 1 FROM account WHERE account_name ILIKE '%sun%'") == []


async def test_formats_of_certificates_are_public(url):
    assert await Client(url, "").rows("SELECT eac_format FROM eac_format") == ["csv"]


async def test_the_reader_cannot_go_round_the_views(url):
    for table in ("account", "service_contract", "service_point", "installation", "eac"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await Client(url, "*").rows(f"SELECT count(*) FROM public.{table}")


MODIFIED = {
    "contract": "SELECT modified_at FROM service_contract WHERE cds_servicecontract_id = 'sc-east'",
    "point": "SELECT modified_at FROM service_point WHERE cds_servicepoint_id = 'sp-poi'",
    "meter": "SELECT max(changed_at) FROM meter_servicepoint JOIN meter USING (meter_id)"
    " WHERE meter_number = 'e'",
}


async def test_what_time_alone_changes_counts_as_modified_at_that_instant(url, east):
    """A contract and an installation end after they were declared, and nobody declares anything."""
    ended = clock.now().replace(microsecond=0) - timedelta(hours=1)

    async def end():
        connection = await asyncpg.connect(url)
        try:
            for table in ("account", "service_contract", "service_point"):
                await connection.execute(f"UPDATE {table} SET modified_at = '2025-01-01Z'")
            await connection.execute(
                "UPDATE service_contract SET ends_at = $1 WHERE cds_servicecontract_id = 'sc-east'",
                ended,
            )
            await connection.execute(
                "UPDATE installation SET ends_at = $1 FROM meter"
                " WHERE meter.meter_id = installation.meter_id AND meter_number = 'e'",
                ended,
            )
        finally:
            await connection.close()

    always = MODIFIED["meter"].replace("max(changed_at)", "max(changed_at)::text")
    assert await east.rows(always) == ["-infinity"]
    await end()
    for name, statement in MODIFIED.items():
        assert await east.rows(statement) == [ended], name
    assert await east.rows(CONTRACTS_OF_POINTS) == [
        ("sp-poi", "sc-east", False),
        ("sp-poi", "sc-old", False),
    ]
    assert await east.rows(POINTS_OF_METERS) == [("e", "sp-poi", False), ("m", "sp-poi", False)]
