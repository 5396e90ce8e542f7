"""Pages of production projects and of meter devices, last modified first, then by id."""

from fractions import Fraction

import asyncpg

from api.query.listed import Statement
from api.shapes import MeterDevice, Project
from gridfeed.domain.declaration.contract import spelled_share


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
    "projects", _project, lambda project: (project.age_rank, project.cds_productionproject_id)
)
METERS = Statement(
    "meters",
    lambda row: MeterDevice(**row),
    lambda meter: (meter.age_rank, meter.cds_meterdevice_id),
)
