"""Words of the customer data objects, as CDS-WG3-01 10.1 to 10.9 list them.

Contract types that begin with `gridfeed_` are extensions (11.7).
"""

from typing import Literal, TypeAlias

AccountType: TypeAlias = Literal[
    "customer",
    "thirdparty",
    "internal",
    "parent",
    "child",
    "test",
    "residential",
    "commercial",
    "industrial",
    "agriculture",
    "municipal",
    "billed_monthly",
    "billed_quarterly",
]
AccountStatus: TypeAlias = Literal["active", "suspended", "closed", "unknown"]
ContactType: TypeAlias = Literal[
    "phone_number", "email", "home", "work", "mobile", "preferred", "primary", "secondary"
]
EntityType: TypeAlias = Literal[
    "distributor",
    "supplier",
    "iou",
    "muni",
    "cca",
    "retailer",
    "generator",
    "dso",
    "tso",
    "iso",
]
ContractType: TypeAlias = Literal[
    "utility_service",
    "project",
    "billed_monthly",
    "billed_quarterly",
    "gridfeed_ppa",
    "gridfeed_merchant",
    "gridfeed_other",
]
ContractStatus: TypeAlias = Literal["active", "paused", "stopped", "closed", "unknown"]
ServiceType: TypeAlias = Literal[
    "electric",
    "water",
    "natural_gas",
    "fuel_oil",
    "waste_water",
    "solid_waste",
    "residential",
    "commercial",
    "industrial",
    "agriculture",
    "metered",
    "unmetered",
    "distribution",
    "supply",
    "generation",
]
ServicePointType: TypeAlias = Literal[
    "electric",
    "water",
    "natural_gas",
    "fuel_oil",
    "single_service",
    "multi_service",
    "physical",
    "virtual",
    "edge",
    "internal",
]
PremiseType: TypeAlias = Literal["service_group", "building", "land", "zone"]
#: The aggregation types whose extra fields a file can declare.
AggregationType: TypeAlias = Literal[
    "public",
    "listed",
    "confidential",
    "region",
    "country",
    "province",
    "municipality",
    "local",
    "building",
    "account_number",
    "contract_number",
    "servicepoint_number",
    "meter_number",
]
RegionType: TypeAlias = Literal["geographic", "postal_code", "county", "neighborhood", "city_block"]
#: Without `rateplan` and `program`: a producer's contracts have no tariffs or programs.
BeneficiaryType: TypeAlias = Literal["general", "customer", "account", "servicecontract"]
SupplyType: TypeAlias = Literal[
    "general",
    "carbonfree",
    "peaker",
    "solar",
    "wind",
    "hydro",
    "geothermal",
    "biomass",
    "nuclear",
    "storage",
    "demand_management",
    "distributed",
    "natural_gas",
    "coal",
    "oil",
]
SupplyAttribution: TypeAlias = Literal["base", "individual", "residual"]

_CONTRACT_TYPES: dict[str, ContractType] = {
    "ppa": "gridfeed_ppa",
    "gridfeed_ppa": "gridfeed_ppa",
    "merchant": "gridfeed_merchant",
    "gridfeed_merchant": "gridfeed_merchant",
}


def contract_type_of(declared: str | None) -> ContractType:
    """Return the type of agreement for a project's contract type."""
    return _CONTRACT_TYPES.get((declared or "").lower(), "gridfeed_other")
