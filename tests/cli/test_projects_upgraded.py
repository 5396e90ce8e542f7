"""A catalogue from before shares and memberships is the same after its migration."""

import asyncio

import asyncpg
import pytest

import schemas
from gridfeed.storage.migrate import migrate
from tests import services
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
def upgraded(database_server, monkeypatch):
    name = asyncio.run(services.create_database(database_server, "template0"))
    url, every = services.url_of(database_server, name), list(schemas.migrations())

    async def upgrade():
        connection = await asyncpg.connect(url)
        try:
            with monkeypatch.context() as before:
                before.setattr(schemas, "migrations", lambda: every[:4])
                await migrate(connection)
            await connection.execute(PROJECT)
            await connection.execute(METERS)
            await migrate(connection)
        finally:
            await connection.close()

    try:
        asyncio.run(upgrade())
        yield Catalogue(url)
    finally:
        asyncio.run(services.drop_database(database_server, name))


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
