"""Whatever is declared after whatever is stored: each day of a meter has one project at most."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.period import Period
from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.declared import (
    Action,
    DeclaredMeter,
    DeclaredProject,
    Stored,
    StoredMeter,
    memberships_after,
    newest,
)
from gridfeed.domain.declaration.differences import differences

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = (-1000, *range(5), 1000)
NAMES = ("east", "west", "north")


def day(number: int | None) -> datetime | None:
    return None if number is None else FIRST + timedelta(days=number)


def held(period: Period) -> set[int]:
    start, end = period.bounds
    return {number for number in DAYS if start <= FIRST + timedelta(days=number) < end}


@st.composite
def meters(draw: st.DrawFn) -> DeclaredMeter:
    start = draw(st.none() | st.integers(0, 4))
    end = draw(st.none() | st.integers(1 if start is None else start + 1, 5))
    return DeclaredMeter(
        meter_number="m", capacity_kw=Decimal(1), period=Period(day(start), day(end))
    )


@st.composite
def declarations(draw: st.DrawFn) -> list[DeclaredProject]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    return [
        DeclaredProject(
            Project(
                cds_productionproject_id=name,
                tenant="t",
                name=name,
                timezone="UTC",
                interval_seconds=300,
                interval_anchor_seconds=0,
            ),
            tuple(draw(st.lists(meters(), max_size=2))),
        )
        for name in names
    ]


def refused(declared: list[DeclaredProject], stored: Stored) -> bool:
    found = differences(declared, stored, ())
    return any(each.action is Action.REFUSE for each in found)


def applied(declared: list[DeclaredProject], stored: Stored) -> Stored:
    """Return what is stored then: the plain way, and only if nothing was refused."""
    if refused(declared, stored):
        return stored
    projects = {**stored.projects, **{each.name: each.project for each in declared}}
    after = {**{number: each.memberships for number, each in stored.meters.items()},
             **memberships_after(declared, stored)}  # fmt: skip
    meter = DeclaredMeter(meter_number="m", capacity_kw=Decimal(1))
    return Stored(projects, {number: StoredMeter(meter, of) for number, of in after.items()})


def days_of(stored: Stored) -> list[tuple[int, str]]:
    return [
        (number, each.project)
        for meter in stored.meters.values()
        for each in meter.memberships
        for number in held(each.period)
    ]


@given(st.lists(declarations(), min_size=1, max_size=4))
def test_no_day_of_a_meter_is_in_two_projects(files):
    stored = Stored({}, {})
    for declared in files:
        stored = applied(declared, stored)
        days = [number for number, _ in days_of(stored)]
        assert len(days) == len(set(days))


@given(declarations(), declarations())
def test_what_was_applied_is_no_difference(first, second):
    before = applied(first, Stored({}, {}))
    if not refused(second, before):
        actions = {each.action for each in differences(second, applied(second, before), ())}
        assert actions <= {Action.KEEP, Action.UNDECLARED}


@given(declarations(), declarations())
def test_a_day_is_lost_only_where_its_own_project_says_so(first, second):
    before = applied(first, Stored({}, {}))
    after = applied(second, before)
    kept = {number for number, _ in days_of(after)}
    mentions = {each.name for each in second if each.meters}
    assert all(number in kept or project in mentions for number, project in days_of(before))


@given(declarations(), declarations())
def test_projects_that_a_file_does_not_declare_keep_their_days(first, second):
    before = applied(first, Stored({}, {}))
    here = {each.name for each in second}
    kept = set(days_of(applied(second, before)))
    assert all(entry in kept or entry[1] in here for entry in days_of(before))


@given(declarations())
def test_the_newest_project_of_a_meter_has_its_last_day(declared):
    stored = applied(declared, Stored({}, {}))
    for project, _ in newest(declared) if stored.meters else ():
        assert project.cds_productionproject_id == max(days_of(stored))[1]
