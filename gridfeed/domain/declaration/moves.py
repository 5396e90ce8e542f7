"""Decides whether a stored meter may belong where a file declares it."""

from collections.abc import Mapping
from dataclasses import dataclass

from gridfeed.domain.calendar.period import covers
from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.contradictions import grid
from gridfeed.domain.declaration.declared import Places, Stored, StoredMeter
from gridfeed.domain.declaration.membership import Membership, Memberships, spelled


@dataclass(frozen=True, slots=True)
class Ground:
    """The data that every comparison needs.

    declared: the file's projects by id. projects: all projects as they are after the file is
    applied. places: where the file declares each of its meters. after: the memberships of each
    meter after that. with_values: the meters whose intervals are fixed because values are stored.
    """

    stored: Stored
    declared: Mapping[str, Project]
    projects: Mapping[str, Project]
    places: Mapping[str, Places]
    after: Mapping[str, Memberships]
    with_values: frozenset[str]


def meter_refusal(number: str, old: StoredMeter, ground: Ground) -> str | None:
    """Return why a stored meter may not belong where it is declared, and what to do instead."""
    kept = [each for each in old.memberships if each.project not in ground.declared]
    reasons = (
        *(_kept_refusal(each, number, ground) for each in kept),
        _orphaned(number, old, ground),
        _redrawn(number, old, ground),
    )
    return next(filter(None, reasons), None)


def _kept_refusal(kept: Membership, number: str, ground: Ground) -> str | None:
    """Return why the meter cannot be shared with a project that the file does not declare."""
    theirs, said = ground.stored.projects[kept.project], spelled([kept], ground.stored.projects)
    for ours, meter in ground.places[number]:
        if theirs.tenant != ours.tenant:
            return (
                f"belongs to project {kept.project} of tenant {theirs.tenant}; a meter has one"
                " tenant: declare a meter with another number"
            )
        if kept.period.overlaps(meter.period):
            return (
                f"belongs to project {said}, which this file does not declare;"
                " declare both projects in one file to move it, with `to` there and `from` here"
            )
        if grid(theirs) != grid(ours):
            return (
                f"also belongs to project {said}, with intervals of {theirs.interval_seconds} s in"
                f" {theirs.timezone}; give both projects the same intervals, or declare a meter"
                " with a new number"
            )
    return None


def _orphaned(number: str, old: StoredMeter, ground: Ground) -> str | None:
    """Return the fault if the file moves a meter but leaves its past values without a project."""
    here = {project.cds_productionproject_id for project, _ in ground.places[number]}
    after = [each.period for each in ground.after[number]]
    for each in old.memberships:
        left = each.project in ground.declared and each.project not in here
        if left and not covers(after, each.period):
            return (
                f"leaves project {spelled([each], ground.stored.projects)}, and part of that time"
                " would be in no project: declare the meter there too, with `to`, or omit `from`"
                " here, so that its past moves along"
            )
    return None


def _redrawn(number: str, old: StoredMeter, ground: Ground) -> str | None:
    new = ground.after[number][-1].project
    if new == old.project or number not in ground.with_values:
        return None
    return (
        f"has stored values in the intervals of project {old.project}, which do not fit those of"
        f" {new}, whatever the dates; keep it in {old.project}, or declare a meter with a new"
        " number"
    )
