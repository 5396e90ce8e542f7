"""Which contracts a point serves and when, against hours that are looked at one by one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.period import ALWAYS, Period, common, union
from gridfeed.domain.declaration.customer_data import Installation, ServiceContract, installations
from gridfeed.domain.declaration.customer_relations import relations
from gridfeed.domain.declaration.membership import Membership

ZERO = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = range(12)


def hour(number):
    return ZERO + timedelta(hours=number)


def period(start, end):
    return Period(None if start is None else hour(start), None if end is None else hour(end))


def inside(spans):
    """The hours of the test that the periods cover."""
    return {
        each
        for each in HOURS
        if any(span.bounds[0] <= hour(each) < span.bounds[1] for span in spans)
    }


periods = st.tuples(st.none() | st.integers(0, 5), st.none() | st.integers(6, 11)).map(
    lambda sides: period(*sides)
)
short = st.tuples(st.integers(0, 10), st.integers(1, 4)).map(
    lambda sides: period(sides[0], sides[0] + sides[1])
)


def row(names):
    """One after the other without overlap: of the names, each for two hours."""
    return tuple(
        (name, period(None if place == 0 else 2 * place, 2 * place + 2))
        for place, name in enumerate(names)
        if name
    )


rows = st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=6).map(row)


@given(st.lists(short | periods))
def test_a_union_covers_the_same_hours_in_the_fewest_periods(parts):
    joined = union(parts)
    assert inside(joined) == inside(parts)
    assert all(a.bounds[1] < b.bounds[0] for a, b in pairwise(joined))


@given(short | periods, short | periods)
def test_what_two_periods_have_in_common_is_in_both(one, other):
    if one.overlaps(other):
        assert inside([common(one, other)]) == inside([one]) & inside([other])


@given(rows)
def test_installations_that_adjoin_at_one_point_are_one(every):
    joined = installations(Installation(*each) for each in reversed(every))
    for point in "ab":
        its = [each.period for each in joined if each.point == point]
        assert inside(its) == inside([span for name, span in every if name == point])
    for before, after in pairwise(joined):
        assert before.point != after.point or before.period.ends_at != after.period.starts_at


@given(rows, rows, rows, periods, short)
def test_a_point_serves_a_contract_while_a_meter_of_its_project_is_there(
    projects, first, second, term, former
):
    contracts = [
        ServiceContract(tenant="t", name="now", project="a", period=term),
        ServiceContract(
            tenant="t", name="before", project="a", period=former, contract_status="closed"
        ),
    ]
    found = relations(
        {"m": tuple(Membership(*each) for each in projects), "n": (Membership("a"),)},
        {
            "m": installations(Installation(*each) for each in first),
            "n": installations(Installation(*each) for each in second),
        },
        contracts,
    )
    for point in "ab":
        there = inside([span for name, span in second if name == point]) | (
            inside([span for name, span in first if name == point])
            & inside([span for name, span in projects if name == "a"])
        )
        for contract in contracts:
            status, spans = found.served.get(point, {}).get(contract.name, (None, ()))
            assert inside(spans) == there & inside([contract.period])
            assert not spans or status == contract.contract_status
    assert found.contracts == {"a": frozenset({"now", "before"})}


def test_a_project_has_the_points_where_its_meters_were_while_they_belonged_to_it():
    found = relations(
        {"m": (Membership("east", period(None, 3)), Membership("west", period(3, None)))},
        {"m": (Installation("x", period(None, 5)), Installation("y", period(5, None)))},
        [],
    )
    assert found.points == {"east": frozenset("x"), "west": frozenset("xy")}


def test_a_meter_without_a_place_serves_nobody():
    contract = ServiceContract(tenant="t", name="c", project="east")
    assert relations({"m": (Membership("east", ALWAYS),)}, {}, [contract]).served == {}
