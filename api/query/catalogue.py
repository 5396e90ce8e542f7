"""Pages of production projects and of meter devices."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import asyncpg

from api.cursor import Cursor
from api.query.database import Session
from api.shapes import PAGE_SIZE, MeterDevice, Page, Project
from gridfeed.domain.contract import spelled_share

#: Of a cursor's key: age_rank, id.
CURSOR_SHAPE = (int, str)

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProjectFilters:
    """Which projects are asked for; None does not narrow, an empty tuple matches nothing."""

    cds_productionproject_ids: Words | None = None
    meter_numbers: Words | None = None
    cds_meterdevice_ids: Words | None = None
    contract_types: Words | None = None
    available_formats: Words | None = None
    available_reading_validity: Words | None = None
    before: datetime | None = None
    after: datetime | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class MeterFilters:
    """Which meters are asked for; None does not narrow, an empty tuple matches nothing."""

    cds_meterdevice_ids: Words | None = None
    meter_numbers: Words | None = None
    q: str | None = None


async def projects(
    session: Session, filters: ProjectFilters, cursor: Cursor | None
) -> Page[Project]:
    """Return a page, last modified first, then by id."""
    listed_at = cursor.listed_at if cursor else session.opened_at
    rows = await session.fetch(
        "projects",
        filters.cds_productionproject_ids,
        filters.meter_numbers,
        filters.cds_meterdevice_ids,
        filters.contract_types,
        filters.available_formats,
        filters.available_reading_validity,
        filters.before,
        filters.after,
        filters.q,
        *_position(cursor, listed_at),
    )
    found = [_project(row) for row in rows]
    return Page.cut(
        found, cursor, listed_at, lambda item: (item.age_rank, item.cds_productionproject_id)
    )


def _project(row: asyncpg.Record) -> Project:
    columns = dict(row)
    numerator, denominator = columns.pop("numerator"), columns.pop("denominator")
    if columns["contract_rule"] is None and numerator is not None:
        columns["contract_rule"] = spelled_share(Fraction(numerator, denominator))
    # Digest 1.5: null where the share is no percentage.
    if not (columns["contract_rule"] or "").endswith("%"):
        columns["contract_rule"] = None
    return Project(**columns)


async def meters(
    session: Session, filters: MeterFilters, cursor: Cursor | None
) -> Page[MeterDevice]:
    """Return a page, last modified first, then by id."""
    listed_at = cursor.listed_at if cursor else session.opened_at
    rows = await session.fetch(
        "meters",
        filters.cds_meterdevice_ids,
        filters.meter_numbers,
        filters.q,
        *_position(cursor, listed_at),
    )
    found = [MeterDevice(**row) for row in rows]
    return Page.cut(found, cursor, listed_at, lambda item: (item.age_rank, item.cds_meterdevice_id))


def _position(cursor: Cursor | None, listed_at: datetime) -> tuple[object, ...]:
    """Return the arguments every paged statement ends with."""
    key = cursor.key if cursor else (None, None)
    return listed_at, *key, cursor is not None and cursor.backwards, PAGE_SIZE + 1
