"""Which intervals may be published beside those that are taken."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.settlement.taken import TakenIntervals

START = datetime(2026, 1, 1, tzinfo=UTC)
QUARTER = 900


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def overlaps(start: datetime, seconds: int, taken: set[tuple[datetime, int]]) -> bool:
    """The rule, read slowly: every taken interval is looked at."""
    end = start + timedelta(seconds=seconds)
    return any(
        (other, length) != (start, seconds)
        and other < end
        and start < other + timedelta(seconds=length)
        for other, length in taken
    )


@st.composite
def vintages(draw: st.DrawFn) -> tuple[list[datetime], int]:
    minutes = draw(st.sampled_from([1, 2, 3, 5, 7]))
    first, count = draw(st.integers(0, 40)), draw(st.integers(1, 6))
    return [after(first + minutes * place) for place in range(count)], minutes * 60


@given(st.lists(vintages(), max_size=12))
def test_claims_are_granted_and_refused_as_if_each_interval_were_compared_with_every_other(
    claims: list[tuple[list[datetime], int]],
) -> None:
    taken, plain = TakenIntervals(), set[tuple[datetime, int]]()
    for starts, seconds in claims:
        clash = next((start for start in starts if overlaps(start, seconds, plain)), None)
        assert taken.claim(starts, seconds) == clash
        if clash is None:
            plain |= {(start, seconds) for start in starts}


@given(st.dictionaries(st.integers(0, 30), st.integers(1, 30)), vintages())
def test_stored_intervals_that_overlap_each_other_are_compared_like_any(
    stored: dict[int, int], claim: tuple[list[datetime], int]
) -> None:
    intervals = {(after(minute), minutes * 60) for minute, minutes in stored.items()}
    starts, seconds = claim
    clash = TakenIntervals(intervals).claim(starts, seconds)
    assert (clash is not None) == any(overlaps(start, seconds, intervals) for start in starts)


def test_an_interval_overlaps_what_shares_time_with_it() -> None:
    def granted(minutes: float, seconds: int) -> bool:
        taken = TakenIntervals([(after(0), QUARTER), (after(15), QUARTER)])
        return taken.claim([after(minutes)], seconds) is None

    assert granted(0, QUARTER)  # a new version of the first
    assert granted(30, QUARTER)
    assert granted(-15, QUARTER)
    assert not granted(0, 1800)
    assert not granted(0, 300)
    assert not granted(-1, 61)


def test_a_vintage_that_overlaps_takes_nothing_and_is_told_where() -> None:
    taken = TakenIntervals([(after(30), QUARTER)])
    assert taken.claim([after(0), after(20)], 1200) == after(20)
    assert taken.claim([after(0)], QUARTER) is None


def test_21_vintages_of_2880_intervals_take_a_step_for_each_interval() -> None:
    starts, steps = [after(5 * place) for place in range(2880)], 0

    class Counted(list[datetime]):
        def __getitem__(self, at: object) -> object:
            nonlocal steps
            steps += 1
            return super().__getitem__(at)  # type: ignore[call-overload]

    taken = TakenIntervals()
    for _ in range(21):
        taken._starts = Counted(taken._starts)
        assert taken.claim(starts, 300) is None
    assert steps <= 21 * 2880 + 21 * 10
