"""A catalogue from before shares and memberships is the same after its migration."""

import asyncpg
import pytest

import schemas
from gridfeed.storage.migrate import migrate
from tests.cli.declared_catalogue import EAST, Catalogue

#: What `gridfeed projects apply` wrote of EAST with the first four migrations.
PROJECT = """
INSERT INTO project (cds_productionproject_id, tenant, name, timezone, interval_seconds,
  interval_anchor_seconds, units, contract_type, contract_rule, contract_start)
VALUES ('east', 'default', 'east', 'America/Denver', 300, 0, 'kWh', 'PPA', '37.5%',
  '2020-01-01T07:00Z')
"""
METERS = """
INSERT INTO meter
  (meter_number, cds_productionproject_id, capacity_kw, integration, hold_limit_seconds)
VALUES ('e-1', 'east', 6.10, 'step', 120), ('e-2', 'east', 4, 'linear', 3600)
"""


@pytest.fixture
async def upgraded(empty_database_url, monkeypatch):
    every = list(schemas.migrations())
    connection = await asyncpg.connect(empty_database_url)
    try:
        with monkeypatch.context() as before:
            before.setattr(schemas, "migrations", lambda: every[:4])
            await migrate(connection)
        await connection.execute(PROJECT)
        await connection.execute(METERS)
        await migrate(connection)
    finally:
        await connection.close()
    return Catalogue(empty_database_url)


@pytest.mark.embedded
def test_the_file_that_declared_it_is_no_difference(upgraded):
    assert upgraded.applied(EAST) == {
        "project east": "keep",
        "meter e-1": "keep",
        "meter e-2": "keep",
    }


def test_its_customer_data_is_what_a_file_without_it_declares(upgraded):
    assert upgraded.customer(EAST) == {
        "account ac-default": "keep",
        "service_contract sc-east": "keep",
        "service_point e-1": "keep",
        "service_point e-2": "keep",
    }
