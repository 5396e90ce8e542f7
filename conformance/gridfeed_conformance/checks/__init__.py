"""The checklist, one module a chapter; importing them fills `verdict.CHECKS`."""

from gridfeed_conformance.checks import (
    accounts,
    contracts,
    eacs,
    grants,
    metadata,
    meters,
    paging,
    points,
    projects,
    segment_details,
    segment_filters,
    segments,
    transport,
    types,
)

__all__ = [
    "accounts",
    "contracts",
    "eacs",
    "grants",
    "metadata",
    "meters",
    "paging",
    "points",
    "projects",
    "segment_details",
    "segment_filters",
    "segments",
    "transport",
    "types",
]
