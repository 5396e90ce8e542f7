"""Two tenants with customer data, and a client that sees part of it."""

import asyncpg

#: Tenant sun: east (poi) and west (w-1); tenant rain: dry. m moved from east to west, n is moving.
SUN = """
tenant: sun
account: {number: A-1, name: Sun Power, customer_number: C-7}
projects:
  - id: east
    timezone: UTC
    contract: {type: PPA, start: 2024-01-01}
    former_contracts: [{id: sc-old, start: 2020-01-01, end: 2024-01-01}]
    supply_mix: [{supply_type: solar, ratio: 1}]
    meters:
      - {number: e, capacity_kw: 1, service_point: poi}
      - {number: m, capacity_kw: 1, service_point: poi, to: 2025-06-01}
  - id: west
    timezone: UTC
    meters:
      - {number: m, capacity_kw: 1, from: 2025-06-01}
      - {number: w, capacity_kw: 1}
service_points: [{number: poi, address: 2 Grid Road, latitude: 1, longitude: 2}]
aggregations:
  - {id: ag-all, meters: [e, w], account: true, aggregations: [ag-east]}
  - {id: ag-east, meters: [e], addresses: [2 Grid Road]}
certificate_formats: [{id: csv, name: n, description: d, documentation: https://example.com}]
certificates:
  - {id: c-east, projects: [east], start: 2025-01-01, end: 2026-01-01, format: csv,
     data_url: https://example.com/c-east}
  - {id: c-both, projects: [east, west], start: 2025-01-01, end: 2026-01-01, format: csv,
     data_url: https://example.com/c-both}
  - {id: c-customer, projects: [west], start: 2025-01-01, end: 2026-01-01, format: csv,
     data_url: https://example.com/c-customer, beneficiary_type: customer}
"""
RAIN = """
tenant: rain
projects: [{id: dry, timezone: UTC, meters: [{number: d, capacity_kw: 1}]}]
aggregations: [{id: ag-rain, meters: [d]}]
"""
NARROW = """
SELECT set_config('gridfeed.projects', $1, false), set_config('gridfeed.details', $2, false),
  set_config('gridfeed.production_formats', '*', false),
  set_config('role', 'gridfeed_reader', false), set_config('search_path', 'granted', false)
"""


class Client:
    """A reader whose grant names projects; "*": all."""

    def __init__(self, url, projects, details="on"):
        self._url, self._grant = url, (projects, details)

    async def rows(self, statement):
        """The rows of a statement over schema granted, one column as values."""
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute("SET default_transaction_read_only = on")
            await connection.fetch(NARROW, *self._grant)
            found = [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()
        return [row[0] for row in found] if found and len(found[0]) == 1 else found
