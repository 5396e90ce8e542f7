"""Finds faults within a declaration, independent of stored data."""

from collections.abc import Iterator, Sequence
from itertools import islice

from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.declared import (
    Action,
    DeclaredMeter,
    DeclaredProject,
    Difference,
    places,
)

#: Fields of which a meter has only one value, in however many projects it is declared.
METER_FIELDS = ("capacity_kw", "integration", "hold_limit_seconds", "station_load_kw")


def grid(project: Project) -> tuple[str, int, int]:
    """Return the values that determine a project's base intervals and days."""
    return project.timezone, project.interval_seconds, project.interval_anchor_seconds


def contradictions(declared: Sequence[DeclaredProject]) -> Iterator[Difference]:
    """Return a refusal for each place that contradicts an earlier one in the same declaration.

    A project may be declared once. A meter may be declared in several places if their periods do
    not overlap, their projects have the same intervals, and its own fields are the same everywhere.
    """
    first: dict[str, int] = {}
    for each in declared:
        if each.name in first:
            reason = f"is declared on line {first[each.name]} already; keep one of the two"
            yield Difference(
                action=Action.REFUSE, kind="project", name=each.name, line=each.line, reason=reason
            )
        first.setdefault(each.name, each.line)
    for number, found in places(declared).items():
        for place, here in enumerate(found):
            reasons = filter(None, (_contradiction(here, earlier) for earlier in found[:place]))
            for reason in islice(reasons, 1):
                yield Difference(
                    action=Action.REFUSE,
                    kind="meter",
                    name=number,
                    line=here[1].line,
                    reason=reason,
                )


def _contradiction(
    here: tuple[Project, DeclaredMeter], earlier: tuple[Project, DeclaredMeter]
) -> str | None:
    (project, meter), (other_project, other) = here, earlier
    if meter.period.overlaps(other.period):
        return (
            f"is declared on line {other.line} already, for the same time; keep one of the two,"
            " or date both: `to` in the project it leaves, `from` in the one it joins"
        )
    if grid(project) != grid(other_project):
        return (
            f"is also in project {other_project.cds_productionproject_id} (line {other.line}),"
            " which has other intervals; give both projects the same timezone and"
            " interval_seconds, or declare a meter with a new number"
        )
    for name in METER_FIELDS:
        value, before = getattr(meter, name), getattr(other, name)
        if value != before:
            return (
                f"has {name} {_said(value)} here and {_said(before)} on line {other.line};"
                " a meter has the same value in all its projects"
            )
    return None


def _said(value: object) -> str:
    return "none" if value is None else str(value)
