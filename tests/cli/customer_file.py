"""A project file with all kinds of customer data."""

FULL = """tenant: sun
account:
  customer_number: C-7
  number: A-1
  name: Sun Power LLC
  address: |
    1 Sun Street
    Golden, CO
  types: [customer, commercial]
  status: active
  entity: {id: xcel, types: [iou, distributor], name: Xcel Energy, abbreviation: XEL}
  contacts:
    - {id: desk, types: [email, work], value: desk@sun.example}
    - {id: night, types: [phone_number, mobile], value: "+13035550100"}
projects:
  - id: east
    timezone: America/Denver
    contract: {type: PPA, rule: "100%", start: 2024-01-01, end: 2040-01-01, number: PPA-2}
    former_contracts:
      - {id: sc-old, number: PPA-1, type: PPA, start: 2020-01-01, end: 2024-01-01}
    supply_mix:
      - {supply_type: solar, ratio: 0.75, carbon_intensity: 0}
      - {supply_type: general, ratio: 0.25, attribution: residual}
    meters:
      - {number: e-1, capacity_kw: 6, service_point: poi}
      - {number: e-2, capacity_kw: 4, service_point: poi}
  - id: west
    timezone: America/Denver
    meters:
      - {number: w-1, capacity_kw: 1}
service_points:
  - number: poi
    types: [electric, edge]
    address: 2 Grid Road
    latitude: 39.742
    longitude: -105.1727
    premises: [{id: lot, number: "12-7", types: [land]}]
aggregations:
  - {id: ag-all, number: portfolio, meters: [w-1, e-2, e-1], aggregations: [ag-co]}
  - id: ag-co
    account: true
    service_contracts: [sc-east]
    service_points: [poi]
    provinces: [Colorado]
    addresses: [2 Grid Road]
    regions: [{id: r1, name: Jefferson, types: [county], counties: [Jefferson]}]
    types: [confidential, province, region]
certificate_formats:
  - id: rec-csv
    name: RECs
    description: One line a certificate.
    documentation: https://registry.example.com/format
certificates:
  - id: rec-2025
    projects: [east]
    start: 2025-01-01
    end: 2026-01-01
    numbers: [R-1, R-2]
    format: rec-csv
    data_url: https://registry.example.com/rec-2025
"""
