"""Customer data that belongs to others, or refers to what nobody has."""

import pytest

from tests.cli.customer_file import FULL
from tests.cli.declared_catalogue import Catalogue

COUNTS = """
SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM service_contract),
  (SELECT count(*) FROM service_point), (SELECT count(*) FROM aggregation),
  (SELECT count(*) FROM project)
"""


@pytest.fixture
def catalogue(database_url):
    found = Catalogue(database_url)
    found.customer(FULL)
    return found


def file(tenant, project="", more=""):
    return f"tenant: {tenant}\nprojects:\n  - {{id: r, timezone: UTC, {project}}}\n{more}"


MEMBER_OF_B = "{id: a, aggregations: [b]}"
POI = "meters: [{number: r, capacity_kw: 1, service_point: poi}]"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            file("rain", POI),
            3,
            "service point poi belongs to tenant sun; names are unique across tenants",
        ),
        (
            file("rain", "contract: {id: sc-east}"),
            3,
            "service contract sc-east belongs to tenant sun",
        ),
        (
            file("sun", "contract: {id: sc-east}"),
            3,
            "service contract sc-east is a contract of project east; give the contract of r",
        ),
        (
            file("sun", more="account: {id: other}"),
            4,
            "account other cannot replace account ac-sun of tenant sun; write `id: ac-sun`",
        ),
        (
            file("rain", more="account: {id: ac-sun}"),
            4,
            "account ac-sun belongs to tenant sun",
        ),
        (
            file("rain", more="aggregations: [{id: a, meters: [e-1]}]"),
            4,
            "aggregation a names e-1 in meters, but tenant rain has no such meter",
        ),
        (
            file("rain", more="aggregations: [{id: a, service_contracts: [sc-east]}]"),
            4,
            "aggregation a names sc-east in service_contracts, but tenant rain has no such object",
        ),
        (
            file("sun", more="aggregations: [{id: a, service_points: [pois]}]"),
            4,
            "aggregation a names pois in service_points, but tenant sun has no such object",
        ),
        (
            file("sun", more=f"aggregations: [{MEMBER_OF_B}, {{id: b, aggregations: [a]}}]"),
            4,
            "aggregation a contains itself through its aggregations; leave one of them out",
        ),
        (
            file("rain", more="certificate_formats:\n"
                 "  - {id: rec-csv, name: n, description: d, documentation: https://e.com}"),
            5,
            "certificate format rec-csv belongs to tenant sun",
        ),
    ],
)  # fmt: skip
def test_it_is_refused_with_its_line_and_nothing_is_written(catalogue, text, line, said):
    async def counts(connection):
        return tuple(await connection.fetchrow(COUNTS))

    before = catalogue.ask(counts)
    told = catalogue.refused(text)
    assert f"<stdin>:{line}: {said}" in told
    assert catalogue.ask(counts) == before


def test_an_aggregation_of_another_file_of_the_tenant_may_be_a_member(catalogue):
    text = file("sun", more="aggregations: [{id: a, meters: [e-1], aggregations: [ag-all]}]")
    assert catalogue.customer(text)["aggregation a"] == "add"


def test_a_member_that_this_very_apply_removes_is_refused(catalogue):
    text = file("sun", more="aggregations: [{id: a, aggregations: [ag-all]}]")
    result = catalogue.apply(text, "--remove")
    assert result.exit_code == 1
    assert (
        "aggregation a names ag-all in aggregations, but tenant sun has no such object"
        in result.stderr
    )
