"""Finds the scope that a meter number or a project id names."""

import asyncpg

from api.reading.session import Session
from api.segments.rows import shares_of
from gridfeed.domain.declaration.catalogue import SettlementRun
from gridfeed.domain.published.scope import Scope, ScopeMembership, ScopeProject
from gridfeed.domain.words import Technology

_AS_STORED = (
    "cds_productionproject_id",
    "timezone",
    "units",
    "interval_seconds",
    "interval_anchor_seconds",
    "day_ahead_gate",
    "hour_ahead_lead_minutes",
    "latitude",
    "longitude",
)


async def scope(
    session: Session, meter_number: str | None, cds_productionproject_id: str | None
) -> Scope | None:
    """Return the scope that the number or the id names; None if the token may see none.

    A meter's scope has its memberships in the projects that the token may see.
    """
    rows = await session.fetch(
        "comparisons/scope",
        meter_number=meter_number,
        cds_productionproject_id=cds_productionproject_id,
    )
    if not rows:
        return None
    projects = {row["cds_productionproject_id"]: _project(row) for row in rows}
    newest = rows[-1]  # one meter's rows are ordered by time; one project's rows all agree
    return Scope(
        meter_number,
        projects[newest["cds_productionproject_id"]],
        tuple(
            ScopeMembership(
                row["meter_id"],
                row["meter_number"],
                row["capacity_kw"],
                projects[row["cds_productionproject_id"]],
                row["starts_at"],
                row["ends_at"],
            )
            for row in rows
            if row["meter_id"] is not None
        ),
    )


def _project(row: asyncpg.Record) -> ScopeProject:
    runs = zip(row["run_versions"] or (), row["run_codes"] or (), strict=True)
    return ScopeProject(
        **{name: row[name] for name in _AS_STORED},
        technology=Technology(row["technology"]) if row["technology"] else None,
        shares=shares_of(row),
        settlement_runs=tuple(SettlementRun(version, code) for version, code in runs),
    )
