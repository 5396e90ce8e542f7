"""Updates of an open interval may become one; nothing else may."""

import json
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from api.feed.batches import gathered
from api.feed.coalesce import Runs
from gridfeed.storage.feed import FeedChange
from tests.api.feed.feeds import audience, change, page

KINDS = ["CREATED", "UPDATED", "CORRECTED", "FINALIZED"]


def coalesced(*changes: FeedChange) -> list[tuple[int, int, int, int | None]]:
    """First and last sequence number, count and delta of what is left."""
    return [
        (run.first.position[1], run.last.position[1], run.count, run.delta_microkwh)
        for run in Runs().with_more(changes)
    ]


def test_updates_of_one_open_interval_become_the_last_with_their_deltas_added() -> None:
    assert coalesced(change(1, delta=5), change(2, delta=-2), change(3, delta=4)) == [(1, 3, 3, 7)]


def test_one_without_a_delta_leaves_the_sum_unknown() -> None:
    assert coalesced(change(1, delta=None), change(2, delta=2)) == [(1, 2, 2, None)]


def test_other_intervals_and_meters_are_not_mixed() -> None:
    changes = change(1), change(2, interval=1), change(3, meter="n"), change(4), change(5, wide=2)
    assert [(first, last) for first, last, *_ in coalesced(*changes)] == [
        (2, 2), (3, 3), (1, 4), (5, 5),
    ]  # fmt: skip


def test_nothing_passes_a_creation_a_correction_or_a_finalisation() -> None:
    for kind in ("CREATED", "CORRECTED", "FINALIZED"):
        changes = change(1), change(2), change(3, kind, cause="first"), change(4), change(5)
        assert [(first, last) for first, last, *_ in coalesced(*changes)] == [
            (1, 2), (3, 3), (4, 5),
        ]  # fmt: skip


def test_updates_that_are_not_of_open_intervals_stay() -> None:
    changes = change(1, cause="vintage"), change(2, cause="vintage")
    assert len(coalesced(*changes)) == 2


changes_in_any_course = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.sampled_from("mn"), st.integers(-5, 5)),
    max_size=40,
).map(
    lambda course: [
        change(seq, kind, interval, meter=meter, delta=delta)
        for seq, (kind, interval, meter, delta) in enumerate(course, 1)
    ]
)


@given(changes_in_any_course, st.integers(1, 6))
def test_whatever_happens_every_change_is_in_one_run_and_every_delta_counts_once(
    changes: list[FeedChange], cut: int
) -> None:
    runs = list(Runs().with_more(changes[:cut]).with_more(changes[cut:]))
    assert sum(run.count for run in runs) == len(changes)
    assert sum(run.delta_microkwh or 0 for run in runs) == sum(c.delta_microkwh for c in changes)
    assert [r.last.position for r in runs] == sorted(r.last.position for r in runs)
    others = [c for c in changes if c.kind != "UPDATED"]
    assert [run.last for run in runs if run.last.kind != "UPDATED"] == others


@given(changes_in_any_course)
def test_of_one_series_the_order_of_kinds_stays(changes: list[FeedChange]) -> None:
    def course(found: list[FeedChange], meter: str) -> list[str]:
        return [kind for kind, _ in groupby(c.kind for c in found if c.meter_number == meter)]

    left = [run.last for run in Runs().with_more(changes)]
    for meter in "mn":
        assert course(left, meter) == course(changes, meter)


@given(changes_in_any_course, st.integers(1, 7), st.integers(1, 9))
def test_a_batch_is_bounded_and_the_next_goes_on_where_it_ended(
    changes: list[FeedChange], limit: int, size: int
) -> None:
    everybody = audience(coalesce=True)
    pages, after = [], 0
    for first in range(0, len(changes), size):
        part = changes[first : first + size]
        pages.append(page(*part, after=after, full=True))
        after = part[-1].position[1]
    seen, position = 0, (1, 0)
    while position < (1, after):
        ahead = [each for each in pages if each.end > position]
        batch = gathered(ahead, position, everybody, limit)
        assert len(batch.events) <= limit
        assert batch.end > position
        position = batch.end
        seen += sum(json.loads(event.data).get("coalesced", 1) for event in batch.events)
    assert seen == len(changes)


def test_a_coalesced_change_says_how_many_it_stands_for_and_from_which() -> None:
    pages = [page(change(1, delta=1_000_000), change(2, delta=500_000))]
    (event,) = gathered(pages, (1, 0), audience(coalesce=True), 100).events
    document = json.loads(event.data)
    assert (document["coalesced"], document["delta_energy"]) == (2, 1.5)
    assert document["coalesced_from"].endswith("-0000000000000000001")
    assert document["change_id"] == event.id
    assert event.id.endswith("-0000000000000000002")
