"""Declared projects and meters, in the form that the stream needs."""

from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal

from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.words import Integration, Technology


@dataclass(frozen=True, slots=True)
class SettlementRun:
    """A run of a market's settlement; its rank is the `settlement_version` of its reads."""

    settlement_version: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A production project: contract, calendar and base interval of its meters.

    day_ahead_gate: local time on the day before; None: forecasts count until the day begins.
    hour_ahead_lead_minutes: None: forecasts count until their interval begins. shares: by start,
    without overlap. settlement_runs: by rank. latitude, longitude: degrees, both or neither.
    """

    cds_productionproject_id: str
    tenant: str
    name: str
    timezone: str
    interval_seconds: int
    interval_anchor_seconds: int
    units: str = "kWh"
    contract_type: str | None = None
    contract_rule: str | None = None
    contract_start: datetime | None = None
    contract_end: datetime | None = None
    shares: tuple[ContractShare, ...] = ()
    settlement_market: str | None = None
    settlement_runs: tuple[SettlementRun, ...] = ()
    day_ahead_gate: time | None = None
    hour_ahead_lead_minutes: int | None = None
    technology: Technology | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """The place where energy is measured. `meter_id` is the database's short id of it.

    station_load_kw: the most it draws while it does not produce; None: not declared.
    """

    meter_id: int
    meter_number: str
    project: Project
    capacity_kw: Decimal
    integration: Integration = Integration.STEP
    hold_limit_seconds: int = 120
    station_load_kw: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All meters by number, and the version, which increases with every change of them."""

    version: int
    meters: dict[str, Meter] = field(default_factory=dict)
