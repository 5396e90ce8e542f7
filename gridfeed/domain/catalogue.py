"""Declared projects and meters, as the stream needs them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from gridfeed.domain.words import Integration


@dataclass(frozen=True, slots=True)
class Project:
    """A production project: contract, calendar and base interval of its meters."""

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


@dataclass(frozen=True, slots=True)
class Meter:
    """The place where energy is measured. `meter_id` is the database's short name for it."""

    meter_id: int
    meter_number: str
    project: Project
    capacity_kw: Decimal
    integration: Integration = Integration.STEP
    hold_limit_seconds: int = 120


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All meters by number, and the version that moves whenever any of them changes."""

    version: int
    meters: dict[str, Meter] = field(default_factory=dict)
