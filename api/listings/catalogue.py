"""Pages of production projects and of meter devices, last modified first, then by id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import asyncpg

from api.listings.query import Statement
from gridfeed.domain.declaration.contract import spelled_share


@dataclass(frozen=True, slots=True)
class Project:
    """A production project as the grant shows it. name: None for a client without details."""

    cds_productionproject_id: str
    name: str | None
    timezone: str
    contract_type: str | None
    contract_rule: str | None
    contract_start: datetime | None
    contract_end: datetime | None
    created_at: datetime
    modified_at: datetime
    synced_at: datetime
    age_rank: int
    meter_numbers: Sequence[str]
    cds_meterdevice_ids: Sequence[str]
    cds_account_ids: Sequence[str]
    cds_servicecontract_ids: Sequence[str]
    cds_servicepoint_ids: Sequence[str]
    production_formats: Sequence[str]
    reading_validities: Sequence[str]


@dataclass(frozen=True, slots=True)
class MeterDevice:
    """A meter; bidirectional when NET or STATION_LOAD values exist."""

    cds_meterdevice_id: str
    meter_number: str
    created_at: datetime
    modified_at: datetime
    synced_at: datetime
    age_rank: int
    current_servicepoints: Sequence[str]
    previous_servicepoints: Sequence[str]
    bidirectional: bool


def _project(row: asyncpg.Record) -> Project:
    columns = dict(row)
    numerator, denominator = columns.pop("numerator"), columns.pop("denominator")
    if columns["contract_rule"] is None and numerator is not None:
        columns["contract_rule"] = spelled_share(Fraction(numerator, denominator))
    # Digest 1.5: null where the share is no percentage.
    if not (columns["contract_rule"] or "").endswith("%"):
        columns["contract_rule"] = None
    return Project(**columns)


PROJECTS = Statement(
    "listings/projects",
    _project,
    lambda project: (project.age_rank, project.cds_productionproject_id),
)
METERS = Statement(
    "listings/meters",
    lambda row: MeterDevice(**row),
    lambda meter: (meter.age_rank, meter.cds_meterdevice_id),
)
