"""The catalogue of one test's database, through the program and beside it."""

import asyncio
import json

import asyncpg

from gridfeed.storage.catalogue import catalogue_version, load_catalogue
from tests.cli import program

EAST = """
projects:
  - id: east
    timezone: America/Denver
    contract: {type: PPA, rule: "37.5%", start: 2020-01-01, end: null}
    meters:
      - {number: e-1, capacity_kw: 6.10}
      - {number: e-2, capacity_kw: 4, integration: linear, hold_limit_seconds: 3600}
"""
TIMES = """
SELECT 'p ' || cds_productionproject_id AS name, modified_at, synced_at FROM project
UNION ALL SELECT 'm ' || meter_number, modified_at, synced_at FROM meter
"""


class Catalogue:
    """The catalogue of one test's database, through the program and beside it."""

    def __init__(self, url):
        self.url = url

    def apply(self, text, *options):
        result = program.run(
            "projects", "apply", "-", "--json", *options, stdin=text, database_url=self.url
        )
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result

    def applied(self, text, *options):
        """Apply it and return the actions on projects and meters by kind and name."""
        found = self.differences(text, *options)
        return {name: each["action"] for name, each in found.items() if name[:2] in {"pr", "me"}}

    def customer(self, text, *options):
        """Apply it and return the actions on customer data by kind and name, the last of each."""
        found = self.differences(text, *options)
        return {
            name: each["action"] for name, each in found.items() if name[:2] not in {"pr", "me"}
        }

    def differences(self, text, *options):
        """Apply it and return all differences by kind and name."""
        result = self.apply(text, *options)
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)["differences"]
        return {f"{each['kind']} {each['name']}": each for each in found}

    def refused(self, text):
        """Apply it and return what is said on standard error."""
        result = self.apply(text)
        assert result.exit_code == 1, result.output
        return result.stderr

    def ask(self, question, *arguments):
        async def asked():
            connection = await asyncpg.connect(self.url)
            try:
                return await question(connection, *arguments)
            finally:
                await connection.close()

        return asyncio.run(asked())

    def version(self):
        return self.ask(catalogue_version)

    def meters(self):
        return self.ask(load_catalogue).meters

    def times(self):
        rows = self.ask(lambda connection: connection.fetch(TIMES))
        return {row["name"]: (row["modified_at"], row["synced_at"]) for row in rows}

    def execute(self, statement, *arguments):
        return self.ask(lambda connection: connection.execute(statement, *arguments))
