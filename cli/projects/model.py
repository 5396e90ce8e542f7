"""The keys of a project file, their defaults and their accepted values."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from cli.projects.certificate_model import SupplyModel, check_mix
from cli.projects.customer_model import AgreementModel, FormerContractModel
from cli.projects.strict_model import Strict
from cli.projects.words import (
    Day,
    Degrees,
    Identifier,
    Label,
    LocalTime,
    Rule,
    SettlementVersion,
    Share,
    Zone,
)
from gridfeed.domain.calendar.interval import anchor_seconds, local_day
from gridfeed.domain.declaration.contract import share_of, spelled_share
from gridfeed.domain.words import Integration, Technology


class ShareModel(Strict):
    """A share of the energy for a part of the contract's time."""

    share: Share = Field(description='exact share of the energy, e.g. "37.5%" or "1/3"')
    start: Day | None = Field(None, description="first day; null: the contract's start")
    end: Day | None = Field(None, description="first day after it; null: the contract's end")


class ContractModel(AgreementModel):
    """The contract the project's energy is sold under."""

    rule: Rule | None = Field(
        None,
        description='share of the energy under contract, e.g. "37.5%" or "1/3"; null: no share',
    )
    shares: list[ShareModel] = Field(
        default_factory=list, description="instead of rule, if the share changes with time"
    )

    def terms(self) -> list[tuple[Fraction, date | None, date | None]]:
        """Return each share with its first day and the day after its last; None is open."""
        if self.rule is not None:
            return [(share_of(self.rule), self.start, self.end)]
        found = [
            (each.share, each.start or self.start, each.end or self.end) for each in self.shares
        ]
        return sorted(found, key=lambda term: term[1] or date.min)

    def days(self) -> Iterator[date]:
        """Yield every day that the contract names."""
        yield from filter(None, (self.start, self.end))
        for each in self.shares:
            yield from filter(None, (each.start, each.end))


class SettlementModel(Strict):
    """The settlement runs of a market, and the settlement version of each."""

    market: Label | None = Field(None, description="name for people, e.g. ERCOT")
    runs: dict[Identifier, SettlementVersion] = Field(
        min_length=1,
        description="maps each run's code to its settlement_version; the highest is current",
    )

    @field_validator("runs")
    @classmethod
    def _differ(cls, runs: dict[str, int]) -> dict[str, int]:
        first: dict[int, str] = {}
        for code, version in runs.items():
            if version in first:
                raise ValueError(
                    f"{first[version]} and {code} are both {version}; give each run its own version"
                )
            first[version] = code
        return runs


class ForecastsModel(Strict):
    """The gates of forecasts; they apply to forecasts that arrive from now on."""

    day_ahead_gate: LocalTime | None = Field(
        None,
        description="latest local time on the day before; null: before the day begins",
    )
    hour_ahead_lead_minutes: int | None = Field(
        None,
        ge=0,
        le=1440,
        description="at least this long before the interval; null: before the interval begins",
    )


class MeterModel(Strict):
    """A place where energy is measured."""

    number: Identifier = Field(
        description="unique, or with from and to in several projects; no white space"
    )
    capacity_kw: Decimal = Field(
        gt=0, le=10_000_000, decimal_places=6, description="installed kilowatts, exact"
    )
    station_load_kw: Decimal | None = Field(
        None,
        ge=0,
        le=10_000_000,
        decimal_places=6,
        description="highest power that it draws while it does not produce; null: not known",
    )
    integration: Integration = Field(
        Integration.STEP, description="power between two samples: step holds, linear slopes"
    )
    hold_limit_seconds: int = Field(
        120, ge=1, le=86_400, description="how long a sample counts if no other follows"
    )
    service_point: Identifier | None = Field(
        None, description="number of its service point; default: the meter's number"
    )
    starts: Day | None = Field(
        None, alias="from", description="first local day in this project; null: from the beginning"
    )
    ends: Day | None = Field(
        None, alias="to", description="first local day no longer in this project; null: no end"
    )

    @field_validator("ends")
    @classmethod
    def _after_start(cls, ends: date | None, info: ValidationInfo) -> date | None:
        starts = info.data.get("starts")
        if ends and starts and ends <= starts:
            raise ValueError(f"not after from {starts}; to is exclusive")
        return ends


class ProjectModel(Strict):
    """Meters under one contract and one calendar."""

    id: Identifier = Field(description="cds_productionproject_id, no white space, never reused")
    name: Label | None = Field(None, description="name for people; default: the id")
    timezone: Zone = Field(description="IANA name; days and months are local to it")
    interval_seconds: int = Field(
        300,
        ge=1,
        le=86_400,
        validate_default=True,
        description="base interval of telemetry; must divide every local day",
    )
    units: Literal["Wh", "kWh", "MWh"] = Field("kWh", description="unit of published energies")
    technology: Technology | None = Field(
        None, description="solar, wind, hydro, storage or other; null: not known"
    )
    latitude: Annotated[Degrees, Field(ge=-90, le=90)] | None = Field(
        None, description="degrees north, with longitude; null: not known"
    )
    longitude: Annotated[Degrees, Field(ge=-180, le=180)] | None = Field(
        None, validate_default=True, description="degrees east, with latitude; null: not known"
    )
    contract: ContractModel | None = Field(None, description="null: a contract without terms")
    former_contracts: list[FormerContractModel] = Field(
        default_factory=list, description="earlier contracts of the project"
    )
    supply_mix: list[SupplyModel] = Field(
        default_factory=list, description="energy sources of the project"
    )
    settlement: SettlementModel | None = Field(
        None, description="names of settlement versions; null: none"
    )
    forecasts: ForecastsModel | None = Field(
        None, description="gates of forecasts; null: both defaults"
    )
    meters: list[MeterModel] = Field(
        default_factory=list, description="meters of the project; may be empty"
    )

    @field_validator("interval_seconds")
    @classmethod
    def _tiles_every_day(cls, seconds: int, info: ValidationInfo) -> int:
        if "timezone" in info.data:
            anchor_seconds(info.data["timezone"], seconds)
        return seconds

    @field_validator("longitude")
    @classmethod
    def _both_or_neither(cls, longitude: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if "latitude" in info.data and (longitude is None) != (info.data["latitude"] is None):
            raise ValueError("latitude and longitude go together; give both or neither")
        return longitude

    @field_validator("contract")
    @classmethod
    def _consistent(
        cls, contract: ContractModel | None, info: ValidationInfo
    ) -> ContractModel | None:
        if contract:
            if contract.start and contract.end and contract.end <= contract.start:
                raise ValueError(
                    f"end {contract.end} is not after start {contract.start}; end is exclusive"
                )
            _check_shares(contract)
            _check_days(contract.days(), info)
        return contract

    @field_validator("former_contracts")
    @classmethod
    def _dated(
        cls, contracts: list[FormerContractModel], info: ValidationInfo
    ) -> list[FormerContractModel]:
        _check_days((day for each in contracts for day in (each.start, each.end) if day), info)
        return contracts

    @field_validator("supply_mix")
    @classmethod
    def _of_one_energy(cls, mix: list[SupplyModel], info: ValidationInfo) -> list[SupplyModel]:
        check_mix(mix)
        _check_days((day for part in mix for day in (part.start, part.end) if day), info)
        return mix

    @field_validator("meters")
    @classmethod
    def _on_known_days(cls, meters: list[MeterModel], info: ValidationInfo) -> list[MeterModel]:
        _check_days((day for each in meters for day in (each.starts, each.ends) if day), info)
        return meters

    def midnight(self, day: date | None) -> datetime | None:
        """Return the first instant of a local day, in UTC."""
        return local_day(ZoneInfo(self.timezone), day).start if day else None


def _check_days(days: Iterator[date], info: ValidationInfo) -> None:
    """Refuse dates that the time zone skipped."""
    if "timezone" in info.data:
        for day in days:
            local_day(ZoneInfo(info.data["timezone"]), day)


def _check_shares(contract: ContractModel) -> None:
    if contract.rule is not None and contract.shares:
        raise ValueError(
            "give rule (one share for the whole contract) or shares (several), not both"
        )
    first, last = contract.start or date.min, contract.end or date.max
    reached = first
    for share, start, end in contract.terms():
        begins, ends = start or date.min, end or date.max
        said = f"the share {spelled_share(share)}{_span(start, end)}"
        if ends <= begins:
            raise ValueError(f"{said} covers no day; end is exclusive")
        if begins < first or ends > last:
            whole = _span(contract.start, contract.end)
            raise ValueError(f"{said} reaches beyond the contract{whole}; end is exclusive")
        if begins < reached:
            raise ValueError(f"{said} overlaps the share before it; give that share an earlier end")
        reached = ends


def _span(start: date | None, end: date | None) -> str:
    return "".join(f" {word} {day}" for word, day in (("from", start), ("to", end)) if day)
