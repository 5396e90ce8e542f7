"""The answer that the OpenAPI document shows: a settled interval."""

from api.lineage.answer import Lineage, LineageInterval, PublishedVersion
from api.lineage.answer_inputs import TracedVersion
from api.lineage.code_version import CodeVersions
from gridfeed.domain.calendar.instants import read_instant

_RECORDED_AT = read_instant("2026-03-09T06:00:00Z")
_PUBLISHED = PublishedVersion(
    energy_kwh="125.500000",
    quality="revenue",
    settlement_version=1,
    issued_at=None,
    final=True,
    recorded_at=_RECORDED_AT,
    cause="settlement_version",
    replaced_at=None,
    replaced_by=None,
    delta_kwh=None,
)
_VERSION = TracedVersion(
    settlement_version=1,
    run="FINAL",
    energy_kwh="125.500000",
    quality="revenue",
    read_at=read_instant("2026-03-09T05:00:00Z"),
    recorded_at=_RECORDED_AT,
    topic="meter.reads",
    partition=3,
    offset=8412,
    current=True,
    why="settlement version 1 is the highest",
)
_INTERVAL = LineageInterval(
    channel="NET",
    interval_start=read_instant("2026-03-01T07:00:00Z"),
    interval_end=read_instant("2026-03-01T07:15:00Z"),
    energy_kwh="125.500000",
    mean_kw=None,
    peak_kw=None,
    p10_kwh=None,
    p90_kwh=None,
    quality="revenue",
    samples=None,
    coverage_seconds=None,
    longest_gap_seconds=None,
    settlement_version=1,
    issued_at=None,
    model=None,
    recorded_at=_RECORDED_AT,
    cause="settlement_version",
    final=True,
    cds_productionproject_id="serf-east",
    decided_by="settlement_version",
    recomputed_energy_kwh="125.500000",
    equal=True,
    streamed=None,
    published=[_PUBLISHED],
    edits=[],
    flags=[],
    versions=[_VERSION],
    notes=[],
)
EXAMPLE = Lineage(
    cds_usagesegment_id="serf-east-1:settlement:2026-03-01:900",
    timezone="America/Denver",
    production_format="settlement",
    as_of=None,
    code=CodeVersions(gridfeed="0.1.0", schema=9, tzdata="2026a"),
    intervals=[_INTERVAL],
    next=None,
)
