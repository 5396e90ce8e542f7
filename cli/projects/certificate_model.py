"""The keys of a project file for aggregations, certificates and supply mixes."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator
from pydantic.functional_validators import AfterValidator

from cli.projects.customer_model import Address
from cli.projects.strict_model import Strict
from cli.projects.words import Day, Identifier, Label
from gridfeed.domain.declaration.customer_words import (
    AggregationType,
    BeneficiaryType,
    RegionType,
    SupplyAttribution,
    SupplyType,
)

_URL = re.compile(r"https?://[^\s/]+\S*")
#: The fields that aggregations and regions must have, by type.
_PLACES_OF_TYPE = {
    "country": "countries",
    "province": "provinces",
    "municipality": "municipalities",
}
_FIELDS_OF_REGION = {
    "postal_code": "postal_codes",
    "county": "counties",
    "neighborhood": "neighborhoods",
    "city_block": "city_blocks",
}


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        raise ValueError("not a URL; write one like https://registry.example.com/certificates")
    return text


Url = Annotated[str, AfterValidator(_url)]


class RegionModel(Strict):
    """A region that an aggregation covers."""

    id: Identifier = Field(description="its name within these files")
    name: Label = Field(description="name for people")
    postal_codes: list[Label] | None = Field(None, description="with type postal_code")
    counties: list[Label] | None = Field(None, description="with type county")
    neighborhoods: list[Label] | None = Field(None, description="with type neighborhood")
    city_blocks: list[Label] | None = Field(None, description="with type city_block")
    map_resource: Url | None = Field(None, description="a map, with type geographic")
    map_content_type: Label | None = Field(
        None, description="content type of the map, e.g. image/png"
    )
    geojson_resource: Url | None = Field(None, description="WGS 84, with type geographic")
    types: list[RegionType] = Field(
        min_length=1, description="ways in which the region is described"
    )

    @field_validator("types")
    @classmethod
    def _described(cls, types: list[str], info: ValidationInfo) -> list[str]:
        for kind in types:
            _needed(kind, _FIELDS_OF_REGION.get(kind), info)
        resources = (info.data.get(name) for name in ("map_resource", "geojson_resource"))
        if "geographic" in types and not any(resources):
            raise ValueError("geographic needs map_resource or geojson_resource")
        if info.data.get("map_resource") and not info.data.get("map_content_type"):
            raise ValueError("map_resource needs map_content_type, e.g. image/png")
        return types

    def published(self) -> dict[str, Any]:
        """Return the object of the specification (10.7.3), with only the fields of its types."""
        names = {"id", "name", "types", *(_FIELDS_OF_REGION.get(kind, "") for kind in self.types)}
        if "geographic" in self.types:
            names |= {"map_resource", "map_content_type", "geojson_resource"}
        return self.model_dump(include=names)


def _needed(kind: str, field: str | None, info: ValidationInfo) -> None:
    if field and not info.data.get(field):
        raise ValueError(f"{kind} needs {field}")


class AggregationModel(Strict):
    """A group whose values add up, e.g. a portfolio."""

    id: Identifier = Field(description="cds_aggregation_id, never reused")
    number: Label | None = Field(None, description="public number; null: none")
    account: bool = Field(False, description="whether the tenant's account is a member")
    service_contracts: list[Identifier] = Field(default_factory=list, description="ids of members")
    service_points: list[Identifier] = Field(default_factory=list, description="numbers of members")
    meters: list[Identifier] = Field(default_factory=list, description="numbers of members")
    aggregations: list[Identifier] = Field(default_factory=list, description="ids of members")
    countries: list[Label] | None = Field(None, description="country codes, with type country")
    provinces: list[Label] | None = Field(None, description="with type province")
    municipalities: list[Label] | None = Field(None, description="with type municipality")
    addresses: list[Address] = Field(default_factory=list, description="addresses for people")
    regions: list[RegionModel] = Field(default_factory=list, description="regions that it covers")
    types: list[AggregationType] | None = Field(
        None,
        min_length=1,
        description="default: confidential, and the kinds of its members, e.g. meter_number",
    )

    @field_validator("types")
    @classmethod
    def _described(cls, types: list[str] | None, info: ValidationInfo) -> list[str] | None:
        for kind in types or ():
            _needed(kind, _PLACES_OF_TYPE.get(kind), info)
        return types


class FormatModel(Strict):
    """A format of certificate data; public."""

    id: Identifier = Field(description="id that certificates name in the key format")
    name: Label = Field(description="name for people")
    description: Label = Field(description="one sentence")
    documentation: Url = Field(description="page for developers")


class CertificateModel(Strict):
    """An energy attribute certificate."""

    id: Identifier = Field(description="cds_eac_id, never reused")
    projects: list[Identifier] = Field(
        min_length=1, description="ids of the projects in this file whose energy it certifies"
    )
    start: Day = Field(description="first day, local to its first project")
    end: Day = Field(description="first day after it")
    numbers: list[Label] = Field(default_factory=list, description="its numbers in the registry")
    format: Identifier = Field(description="id from certificate_formats")
    data_url: Url = Field(description="address of its data")
    beneficiary_type: BeneficiaryType = Field(
        "servicecontract", description="general, customer, account or servicecontract"
    )
    service_contracts: list[Identifier] | None = Field(
        None,
        description="ids, if the beneficiary is servicecontract; default: its projects' contracts",
    )

    @field_validator("end")
    @classmethod
    def _after_start(cls, end: Any, info: ValidationInfo) -> Any:
        start = info.data.get("start")
        if start and end <= start:
            raise ValueError(f"not after start {start}; end is exclusive")
        return end

    @field_validator("service_contracts")
    @classmethod
    def _of_the_type(cls, named: Any, info: ValidationInfo) -> Any:
        kind = info.data.get("beneficiary_type")
        if named is not None and kind != "servicecontract":
            raise ValueError(f"names contracts, but beneficiary_type is {kind}; keep one of them")
        return named


class SupplyModel(Strict):
    """One energy source of a project."""

    supply_type: SupplyType = Field(description="energy source, e.g. solar")
    ratio: Annotated[Decimal, Field(gt=0, le=1, max_digits=12, decimal_places=9)] = Field(
        description="exact share of the energy; at any time, a project's ratios add up to 1 at most"
    )
    attribution: SupplyAttribution = Field(
        "individual", description="base, individual (by contract) or residual"
    )
    carbon_intensity: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)] | None = (
        Field(None, description="gCO2e per kWh, exact; null: not known")
    )
    start: Day | None = Field(None, description="first day; null: no start")
    end: Day | None = Field(None, description="first day after it; null: no end")

    @field_validator("end")
    @classmethod
    def _after_start(cls, end: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("start")
        if start and end and end <= start:
            raise ValueError(f"not after start {start}; end is exclusive")
        return end

    def is_in_force(self, day: date) -> bool:
        """Return whether the component is in force on that day."""
        return (self.start or date.min) <= day < (self.end or date.max)


def check_mix(mix: list[SupplyModel]) -> None:
    """Raise ValueError if the components of one day contradict each other."""
    for day in sorted({part.start or date.min for part in mix}):
        parts = [part for part in mix if part.is_in_force(day)]
        when = "" if day == date.min else f" from {day} on"
        total = sum((part.ratio for part in parts), Decimal(0))
        if total > 1:
            raise ValueError(f"its ratios{when} add up to {total}, more than 1")
        kinds = Counter((part.supply_type, part.attribution) for part in parts)
        (supply_type, attribution), count = kinds.most_common(1)[0]
        if count > 1:
            raise ValueError(f"has {supply_type} {attribution} twice{when}; add them up")
