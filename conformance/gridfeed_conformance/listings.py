"""The listing APIs of CDS-WG3-01 section 10, and the production-projects extension."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Listing:
    """One listing: its key in the answer, in the metadata, of its objects' id, and usual path."""

    name: str
    metadata_key: str
    id_field: str
    usual_path: str


ACCOUNTS = Listing("accounts", "cds_accounts_api", "cds_account_id", "accounts")
CONTRACTS = Listing(
    "service_contracts", "cds_servicecontracts_api", "cds_servicecontract_id", "service-contracts"
)
POINTS = Listing("service_points", "cds_servicepoints_api", "cds_servicepoint_id", "service-points")
METERS = Listing("meter_devices", "cds_meterdevices_api", "cds_meterdevice_id", "meter-devices")
SEGMENTS = Listing(
    "usage_segments", "cds_usagesegments_api", "cds_usagesegment_id", "usage-segments"
)
AGGREGATIONS = Listing("aggregations", "cds_aggregations_api", "cds_aggregation_id", "aggregations")
EACS = Listing("eacs", "cds_eacs_api", "cds_eac_id", "eacs")
PROJECTS = Listing(
    "production_projects",
    "cds_productionprojects_api",
    "cds_productionproject_id",
    "production-projects",
)
LISTINGS = (ACCOUNTS, CONTRACTS, POINTS, METERS, SEGMENTS, AGGREGATIONS, EACS, PROJECTS)
