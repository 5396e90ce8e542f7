"""The keys of a project file, their defaults and what they accept."""

import re
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from gridfeed.domain.interval import anchor_seconds, local_day
from gridfeed.domain.words import Integration

_WORD = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")
_LABEL = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_TENANT = re.compile(r"[A-Za-z0-9._-]{1,100}")
_RULE = re.compile(r"(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _word(text: str) -> str:
    # Ids and numbers stand in space-separated filters.
    if not _WORD.fullmatch(text):
        raise ValueError("must be 1 to 200 characters without white space")
    return text


def _label(text: str) -> str:
    if not _LABEL.fullmatch(text):
        raise ValueError("must be 1 to 200 characters on one line")
    return text


def _topic_suffix(text: str) -> str:
    if not _TENANT.fullmatch(text):
        raise ValueError("must be 1 to 100 of A-Z a-z 0-9 . _ -, as in a Kafka topic's name")
    return text


def _known_zone(name: str) -> str:
    if name in available_timezones():
        return name
    near = get_close_matches(name, available_timezones(), 1)
    example = near[0] if near else "America/Denver"
    raise ValueError(f"not an IANA time zone; write one like {example}")


def _share(rule: str) -> str:
    if not _RULE.fullmatch(rule) or Decimal(rule[:-1]) == 0:
        raise ValueError('not a share above 0% and up to 100%; write one like "37.5%"')
    return rule


def _day(text: object) -> object:
    if isinstance(text, str) and not _DAY.fullmatch(text):
        raise ValueError("not a date; write one like 2030-01-01")
    return text


Identifier = Annotated[str, AfterValidator(_word)]
Label = Annotated[str, AfterValidator(_label)]
Tenant = Annotated[str, AfterValidator(_topic_suffix)]
Day = Annotated[date, BeforeValidator(_day), Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContractModel(_Strict):
    """The contract the project's energy is sold under."""

    type: Label | None = Field(None, description="kind of contract, e.g. PPA")
    rule: Annotated[str, AfterValidator(_share)] | None = Field(
        None, description='share of the energy under contract, e.g. "37.5%"; null: no share'
    )
    start: Day | None = Field(None, description="first day, local midnight in the timezone")
    end: Day | None = Field(None, description="first day after it, or null for an open end")


class MeterModel(_Strict):
    """A place where energy is measured."""

    number: Identifier = Field(description="unique across all projects, no white space")
    capacity_kw: Decimal = Field(
        gt=0, le=10_000_000, decimal_places=6, description="installed kilowatts, exact"
    )
    integration: Integration = Field(
        Integration.STEP, description="power between two samples: step holds, linear slopes"
    )
    hold_limit_seconds: int = Field(
        120, ge=1, le=86_400, description="how long a sample counts when no other follows"
    )


class ProjectModel(_Strict):
    """Meters under one contract and one calendar."""

    id: Identifier = Field(description="cds_productionproject_id, no white space, never reused")
    name: Label | None = Field(None, description="for people; default: the id")
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        description="IANA name; days and months are local to it"
    )
    interval_seconds: int = Field(
        300,
        ge=1,
        le=86_400,
        validate_default=True,
        description="base interval of telemetry; fills every local day without a rest",
    )
    units: Literal["Wh", "kWh", "MWh"] = Field("kWh", description="of published energies")
    contract: ContractModel | None = Field(None, description="null: none")
    meters: list[MeterModel] = Field(default_factory=list, description="may be empty")

    @field_validator("interval_seconds")
    @classmethod
    def _tiles_every_day(cls, seconds: int, info: ValidationInfo) -> int:
        if "timezone" in info.data:
            anchor_seconds(info.data["timezone"], seconds)
        return seconds

    @field_validator("contract")
    @classmethod
    def _ends_after_start(
        cls, contract: ContractModel | None, info: ValidationInfo
    ) -> ContractModel | None:
        if contract and contract.start and contract.end and contract.end <= contract.start:
            raise ValueError(
                f"end {contract.end} is not after start {contract.start}; end is exclusive"
            )
        for day in (contract.start, contract.end) if contract else ():
            if day and "timezone" in info.data:
                local_day(ZoneInfo(info.data["timezone"]), day)
        return contract

    def midnight(self, day: date | None) -> datetime | None:
        """Return the first instant of a local day, UTC."""
        return local_day(ZoneInfo(self.timezone), day).start if day else None


class FileModel(_Strict):
    """A project file."""

    tenant: Tenant = Field("default", description="owner of all projects of the file")
    projects: list[ProjectModel] = Field(description="one or more")
