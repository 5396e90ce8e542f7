"""The keys of a project file that describe customer data: accounts, contracts, points and more."""

import re
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator
from pydantic.functional_validators import AfterValidator

from cli.projects.strict_model import Strict
from cli.projects.words import Day, Degrees, Identifier, Label
from gridfeed.domain.declaration.customer_words import (
    AccountStatus,
    AccountType,
    ContactType,
    ContractStatus,
    ContractType,
    EntityType,
    PremiseType,
    ServicePointType,
    ServiceType,
)

_LINES = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f]{1,1000}")
_E164 = re.compile(r"\+[1-9]\d{1,14}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")


def _lines(text: str) -> str:
    if not _LINES.fullmatch(text.strip("\n")):
        raise ValueError("must be 1 to 1000 characters, line breaks allowed")
    return text.strip("\n")


#: An address as people write it, in one line or several.
Address = Annotated[str, AfterValidator(_lines)]


class EntityModel(Strict):
    """A company of the electricity market."""

    id: Identifier = Field(description="its name within these files")
    types: list[EntityType] = Field(min_length=1, description="its roles, e.g. [generator]")
    number: Label | None = Field(
        None, serialization_alias="entity_number", description="global identifier; default: the id"
    )
    name: Label = Field(serialization_alias="entity_name", description="full name")
    abbreviation: Label | None = Field(
        None, serialization_alias="entity_abbreviation", description="usual abbreviation"
    )

    def published(self) -> dict[str, Any]:
        """Return the object of the specification (10.1.4)."""
        found = self.model_dump(by_alias=True)
        return found | {"entity_number": self.number or self.id}


class ContactModel(Strict):
    """A way to reach the account's holder."""

    id: Identifier = Field(description="unique within the account")
    types: list[ContactType] = Field(
        description="email or phone_number, and further types that apply"
    )
    value: str = Field(description="the address, or the number like +13035550100")

    @field_validator("types")
    @classmethod
    def _reached_somehow(cls, types: list[str]) -> list[str]:
        if len({"email", "phone_number"} & set(types)) != 1:
            raise ValueError("must have either email or phone_number")
        return types

    @field_validator("value")
    @classmethod
    def _fits(cls, value: str, info: ValidationInfo) -> str:
        types = info.data.get("types", ())
        if "email" in types and not _EMAIL.fullmatch(value):
            raise ValueError("not an e-mail address; write one like ops@example.com")
        if "phone_number" in types and not _E164.fullmatch(value):
            raise ValueError("not an E.164 number; write one like +13035550100")
        return value


class AccountModel(Strict):
    """The tenant as the holder of its account."""

    id: Identifier | None = Field(
        None, description="cds_account_id, never changes; default: ac- and the tenant"
    )
    customer_number: Label | None = Field(
        None, description="number that groups accounts; null: none"
    )
    number: Label | None = Field(None, description="number of the account; default: the tenant")
    name: Label | None = Field(None, description="name of the account; default: the tenant")
    address: Address | None = Field(None, description="in one line or several; null: empty")
    types: list[AccountType] = Field(
        ["customer"], min_length=1, description="kinds of account, e.g. [customer, commercial]"
    )
    status: AccountStatus = Field("active", description="active, suspended, closed or unknown")
    entity: EntityModel | None = Field(
        None, description="the grid company that manages the account; null: not known"
    )
    contacts: list[ContactModel] = Field(
        default_factory=list, description="how to reach the account's holder"
    )


class AgreementModel(Strict):
    """Fields of every contract, current or former."""

    id: Identifier | None = Field(
        None, description="cds_servicecontract_id, never reused; default: sc- and the project's id"
    )
    number: Label | None = Field(None, description="number that the parties use; null: none")
    address: Address | None = Field(None, description="in one line or several; null: empty")
    types: list[ContractType] | None = Field(
        None,
        min_length=1,
        description="kinds of agreement; default: from type, e.g. gridfeed_ppa for PPA",
    )
    status: ContractStatus | None = Field(
        None, description="default: active, and closed once it has ended"
    )
    service_types: list[ServiceType] = Field(
        ["electric", "metered", "generation"], min_length=1, description="kinds of service"
    )
    entity: EntityModel | None = Field(
        None,
        description="other party, keys as in account.entity; default: the account as generator",
    )
    type: Label | None = Field(None, description="kind of contract, e.g. PPA")
    start: Day | None = Field(None, description="first day, local midnight in the timezone")
    end: Day | None = Field(None, description="first day after it, or null for an open end")


class FormerContractModel(AgreementModel):
    """An earlier contract of the project."""

    id: Identifier = Field(description="cds_servicecontract_id, never reused")
    end: Day = Field(description="first day after it")

    @field_validator("end")
    @classmethod
    def _after_start(cls, end: Any, info: ValidationInfo) -> Any:
        start = info.data.get("start")
        if start and end <= start:
            raise ValueError(f"not after start {start}; end is exclusive")
        return end


class PremiseModel(Strict):
    """A building or plot that a service point belongs to."""

    id: Identifier = Field(description="its name within these files")
    number: Label = Field(
        serialization_alias="premise_number", description="given by the utility or the municipality"
    )
    types: list[PremiseType] = Field(min_length=1, description="e.g. [land]")


class ServicePointModel(Strict):
    """Where meters connect to the grid."""

    number: Identifier = Field(description="the number that meters give in service_point")
    types: list[ServicePointType] = Field(
        ["electric", "physical", "edge"], min_length=1, description="kinds of service point"
    )
    address: Address | None = Field(None, description="in one line or several; null: not known")
    latitude: Annotated[Degrees, Field(ge=-90, le=90)] | None = Field(
        None, description="degrees north, with longitude; null: not known"
    )
    longitude: Annotated[Degrees, Field(ge=-180, le=180)] | None = Field(
        None, validate_default=True, description="degrees east, with latitude; null: not known"
    )
    premises: list[PremiseModel] = Field(
        default_factory=list, description="buildings and plots it belongs to"
    )

    @field_validator("longitude")
    @classmethod
    def _both_or_neither(cls, longitude: Any, info: ValidationInfo) -> Any:
        if "latitude" in info.data and (longitude is None) != (info.data["latitude"] is None):
            raise ValueError("latitude and longitude go together; give both or neither")
        return longitude
