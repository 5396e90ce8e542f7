"""`gridfeed projects apply`: what a file does to accounts, contracts, points and the like."""

import json

import pytest

from tests.cli import program
from tests.cli.customer_file import FULL
from tests.cli.declared_catalogue import EAST, Catalogue

TIMES = """
SELECT 'account ' || cds_account_id AS name, modified_at, synced_at FROM account
UNION ALL SELECT 'contract ' || cds_servicecontract_id, modified_at, synced_at FROM service_contract
UNION ALL SELECT 'point ' || servicepoint_number, modified_at, synced_at FROM service_point
UNION ALL SELECT 'aggregation ' || cds_aggregation_id, modified_at, synced_at FROM aggregation
UNION ALL SELECT 'certificate ' || cds_eac_id, modified_at, synced_at FROM eac
UNION ALL SELECT 'project ' || cds_productionproject_id, modified_at, synced_at FROM project
UNION ALL SELECT 'meter ' || meter_number, modified_at, synced_at FROM meter
"""
ALL = {
    "account ac-sun",
    "service_contract sc-east",
    "service_contract sc-old",
    "service_contract sc-west",
    "service_point poi",
    "service_point w-1",
    "aggregation ag-all",
    "aggregation ag-co",
    "certificate_format rec-csv",
    "certificate rec-2025",
}
WITHOUT_LISTS = FULL[: FULL.index("service_points:\n")]


@pytest.fixture
def catalogue(database_url):
    return Catalogue(database_url)


def rows(catalogue, statement):
    return [tuple(row) for row in catalogue.ask(lambda connection: connection.fetch(statement))]


def times(catalogue):
    return {name: (modified, synced) for name, modified, synced in rows(catalogue, TIMES)}


def modified(catalogue, text, *options):
    """Apply it and return whose modified_at moved."""
    before = times(catalogue)
    catalogue.customer(text, *options)
    after = times(catalogue)
    return {name for name in after.keys() & before if after[name][0] > before[name][0]}


def changes(catalogue, text, *options):
    """Return what applying it would change, by kind and name."""
    found = catalogue.differences(text, "--dry-run", *options)
    return {
        name: [tuple(change.values()) for change in each["changes"]]
        for name, each in found.items()
        if each["changes"]
    }


@pytest.mark.embedded
def test_everything_of_a_file_is_stored_and_applying_it_again_changes_nothing(catalogue):
    assert catalogue.customer(FULL) == dict.fromkeys(ALL, "add")
    version, before = catalogue.version(), times(catalogue)
    assert catalogue.customer(FULL) == dict.fromkeys(ALL, "keep")
    assert set(catalogue.applied(FULL).values()) == {"keep"}
    assert catalogue.version() == version
    for name, (modified_at, synced_at) in times(catalogue).items():
        assert modified_at == before[name][0], name
        assert synced_at > before[name][1], name


def test_a_file_without_any_of_it_has_an_account_a_contract_and_a_point_a_meter(catalogue):
    assert catalogue.customer(EAST) == {
        "account ac-default": "add",
        "service_contract sc-east": "add",
        "service_point e-1": "add",
        "service_point e-2": "add",
    }
    assert rows(
        catalogue, "SELECT account_number, account_name, account_types, account_status FROM account"
    ) == [("default", "default", ["customer"], "active")]
    ((types, services, entity, start),) = rows(
        catalogue,
        "SELECT contract_types, service_types, contract_entity, contract_start::text"
        " FROM service_contract",
    )
    assert types == ["gridfeed_ppa"]
    assert services == ["electric", "metered", "generation"]
    assert json.loads(entity) == {
        "id": "ac-default",
        "types": ["generator"],
        "entity_number": "ac-default",
        "entity_name": "default",
        "entity_abbreviation": None,
    }
    assert start == "2020-01-01"


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("status: active", "status: suspended", {"account ac-sun"}),
        # The contracts show the number, the default entity the name.
        (
            "  number: A-1",
            "  number: A-2",
            {"account ac-sun", "contract sc-east", "contract sc-old", "contract sc-west"},
        ),
        (
            "name: Sun Power LLC",
            "name: Sun",
            {"account ac-sun", "contract sc-east", "contract sc-old", "contract sc-west"},
        ),
        ("number: PPA-2", "number: PPA-3", {"contract sc-east"}),
        ("address: 2 Grid Road", "address: 3 Grid Road", {"point poi"}),
        ("39.742", "39.743", {"point poi"}),
        ("number: portfolio", "number: null", {"aggregation ag-all"}),
        ("[w-1, e-2, e-1]", "[w-1, e-2]", {"aggregation ag-all"}),
        ("[w-1, e-2, e-1]", "[e-1, e-2, w-1]", set()),
        ("[R-1, R-2]", "[R-1]", {"certificate rec-2025"}),
        ("projects: [east]", "projects: [east, west]", {"certificate rec-2025"}),
        ("description: One line", "description: A line", set()),  # a format is no object
        ("ratio: 0.75", "ratio: 0.7", {"project east"}),
        # Whom the point serves, and in which time, is a field of the point.
        ("end: 2024-01-01}", "end: 2023-01-01}", {"contract sc-old", "point poi"}),
        ("id: sc-old", "id: sc-older", {"project east", "point poi"}),
        (
            "{number: w-1, capacity_kw: 1}",
            "{number: w-1, capacity_kw: 1, service_point: poi}",
            {"meter w-1", "project west", "point poi", "point w-1"},
        ),
    ],
)
def test_only_what_changed_is_modified(catalogue, before, after, moved):
    catalogue.customer(FULL)
    assert before in FULL
    changed = FULL.replace(before, after, 1)
    assert modified(catalogue, changed) == moved
    assert modified(catalogue, changed) == set()


def test_a_dry_run_tells_what_would_change_and_writes_nothing(catalogue):
    catalogue.customer(FULL)
    before = times(catalogue)
    text = FULL.replace("number: PPA-2", "number: PPA-3").replace("ratio: 0.75", "ratio: 0.5")
    text = text.replace(
        "{number: e-2, capacity_kw: 4, service_point: poi}", "{number: e-2, capacity_kw: 4}"
    )
    assert changes(catalogue, text) == {
        "project east": [
            ("service_points", "poi", "e-2, poi"),
            (
                "supply_mix",
                "solar 0.75 individual 0 gCO2e/kWh, general 0.25 residual",
                "solar 0.5 individual 0 gCO2e/kWh, general 0.25 residual",
            ),
        ],
        "meter e-2": [("service_point", "poi", "e-2")],
        "service_contract sc-east": [("contract_number", "PPA-2", "PPA-3")],
    }
    assert times(catalogue) == before


def test_a_mix_of_a_time_is_stored_with_it_and_told(catalogue):
    catalogue.customer(FULL)
    dated = FULL.replace("carbon_intensity: 0}", "carbon_intensity: 0, end: 2025-01-01}")
    assert changes(catalogue, dated) == {
        "project east": [
            (
                "supply_mix",
                "solar 0.75 individual 0 gCO2e/kWh, general 0.25 residual",
                "solar 0.75 individual 0 gCO2e/kWh to 2025-01-01T07:00:00Z, general 0.25 residual",
            )
        ]
    }
    assert modified(catalogue, dated) == {"project east"}
    assert modified(catalogue, dated) == set()
    assert rows(catalogue, "SELECT supply_type, ends_at::text FROM supply_mix ORDER BY place") == [
        ("solar", "2025-01-01 07:00:00+00"),
        ("general", "infinity"),
    ]


def test_a_meter_that_moves_by_date_was_at_both_points(catalogue):
    catalogue.customer(FULL)
    moved = FULL.replace(
        "{number: w-1, capacity_kw: 1}",
        "{number: w-1, capacity_kw: 1, to: 2025-01-01}\n"
        "      - {number: w-1, capacity_kw: 1, from: 2025-01-01, service_point: poi}",
    )
    assert catalogue.applied(moved)["meter w-1"] == "change"
    assert rows(
        catalogue,
        "SELECT cds_servicepoint_id, starts_at::date::text, ends_at::date::text"
        " FROM installation JOIN meter USING (meter_id) WHERE meter_number = 'w-1'"
        " ORDER BY starts_at",
    ) == [("sp-w-1", "-infinity", "2025-01-01"), ("sp-poi", "2025-01-01", "infinity")]


def test_what_is_no_longer_in_the_file_is_kept_and_told(catalogue):
    catalogue.customer(FULL)
    before = times(catalogue)
    found = catalogue.customer(WITHOUT_LISTS)
    assert {name for name, action in found.items() if action == "undeclared"} == {
        "aggregation ag-all",
        "aggregation ag-co",
        "certificate_format rec-csv",
        "certificate rec-2025",
        "service_point poi",
    }
    assert times(catalogue).keys() == before.keys()
    told = program.run("projects", "apply", "-", stdin=WITHOUT_LISTS, database_url=catalogue.url)
    assert (
        "warning: aggregation ag-all of tenant sun is not in the file; it is kept,"
        " --remove removes it"
    ) in told.stderr
    assert "warning: service point poi is not described in the file; it is kept" in told.stderr
    assert catalogue.customer(FULL) == dict.fromkeys(ALL, "keep")


@pytest.mark.embedded
def test_with_remove_it_goes_and_what_the_projects_need_is_reset(catalogue):
    catalogue.customer(FULL)
    text = WITHOUT_LISTS.replace(FULL[FULL.index("account:") : FULL.index("projects:")], "")
    text = "\n".join(line for line in text.splitlines() if "sc-old" not in line)
    text = text.replace("    former_contracts:\n", "")
    assert catalogue.customer(text, "--remove", "--dry-run")["aggregation ag-co"] == "remove"
    assert catalogue.customer(text, "--remove") == {
        "account ac-sun": "change",
        "service_contract sc-east": "change",  # the entity is the account's holder
        "service_contract sc-west": "change",
        "service_point poi": "change",
        "service_point w-1": "keep",
        "service_contract sc-old": "remove",
        "aggregation ag-all": "remove",
        "aggregation ag-co": "remove",
        "certificate_format rec-csv": "remove",
        "certificate rec-2025": "remove",
    }
    assert rows(catalogue, "SELECT count(*) FROM aggregation_member") == [(0,)]
    assert rows(catalogue, "SELECT servicepoint_address FROM service_point") == [(None,), (None,)]
    assert set(catalogue.customer(text, "--remove").values()) == {"keep"}


def test_projects_and_meters_are_never_removed(catalogue):
    catalogue.customer(FULL)
    text = "tenant: sun\nprojects: [{id: west, timezone: America/Denver}]"
    assert catalogue.applied(text, "--remove") == {
        "project west": "keep",
        "meter w-1": "undeclared",
    }
    assert catalogue.meters().keys() == {"e-1", "e-2", "w-1"}
    assert rows(catalogue, "SELECT count(*) FROM service_point") == [(2,)]


def test_a_point_without_a_meter_goes_only_with_remove(catalogue):
    catalogue.customer(EAST)
    text = EAST.replace("capacity_kw: 6.10}", "capacity_kw: 6.10, service_point: poi}")
    assert catalogue.customer(text)["service_point e-1"] == "undeclared"
    assert catalogue.customer(text, "--remove")["service_point e-1"] == "remove"
    assert rows(catalogue, "SELECT servicepoint_number FROM service_point ORDER BY 1") == [
        ("e-2",),
        ("poi",),
    ]


def test_files_of_one_tenant_leave_each_other_s_account_contracts_and_points_alone(catalogue):
    catalogue.customer(FULL)
    meter = "{number: n, capacity_kw: 1, service_point: poi}"
    other = f"tenant: sun\nprojects: [{{id: north, timezone: UTC, meters: [{meter}]}}]"
    found = catalogue.customer(other)
    assert {name: action for name, action in found.items() if action != "undeclared"} == {
        "service_contract sc-north": "add",
    }
    assert rows(catalogue, "SELECT account_name FROM account") == [("Sun Power LLC",)]
    assert catalogue.customer(FULL) == dict.fromkeys(ALL, "keep")
