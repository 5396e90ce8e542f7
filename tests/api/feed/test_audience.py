"""What a grant and filters show of a change, and that nothing else gets out."""

from dataclasses import replace

import orjson
import pytest

from api.feed.batches import plain
from api.feed.part import Part
from gridfeed.storage.feed import Piece
from tests.api.feed.feeds import FIVE_MINUTES, NOON, audience, change, page

MIDDLE, END = NOON + FIVE_MINUTES, NOON + 2 * FIVE_MINUTES
MOVED = replace(
    change(1, wide=2), pieces=(Piece("p", "kWh", NOON, MIDDLE), Piece("q", "MWh", MIDDLE, END))
)

CAME_BACK = replace(
    change(1, wide=3), pieces=(*MOVED.pieces, Piece("p", "kWh", END, END + FIVE_MINUTES))
)


def test_of_a_change_over_a_move_each_project_sees_its_part() -> None:
    assert audience("p").part(MOVED) == Part(MOVED.pieces[:1])
    assert audience("q").part(MOVED) == Part(MOVED.pieces[1:])
    assert audience("r").part(MOVED) is None
    assert audience().part(MOVED) == Part(MOVED.pieces)


def test_of_a_meter_that_came_back_a_project_is_told_once_and_not_of_the_time_between() -> None:
    (event,) = plain(page(CAME_BACK), (1, 0), audience("p"), 10).events
    told = orjson.loads(event.data)
    assert told["interval_from"] == "2026-03-01T12:00:00Z"
    assert told["interval_to"] == "2026-03-01T12:15:00Z"
    assert told["delta_energy"] is None


def test_a_part_has_no_delta_because_the_delta_is_of_the_whole() -> None:
    def data(*projects: str) -> bytes:
        (event,) = plain(page(MOVED), (1, 0), audience(*projects), 10).events
        return event.data

    assert b'"delta_energy":null' in data("p")
    assert b'"delta_energy":0.000001' in data()
    assert b'"cds_productionproject_id":"q"' in data("q")
    assert b'"p"' not in data("q")


def test_a_change_of_no_project_is_nobodys() -> None:
    assert audience().part(replace(change(1), pieces=())) is None


def test_filters_narrow_a_grant_and_never_widen_it() -> None:
    wanted = {"projects": frozenset("pq")}
    assert audience("p", **wanted).part(change(1, project="q")) is None
    assert audience("p", **wanted).part(change(1, project="p"))
    assert audience(**wanted).part(change(1, project="q"))


@pytest.mark.parametrize("wanted", ["projects", "meters", "production_formats", "kinds"])
def test_an_empty_list_lets_nothing_through(wanted: str) -> None:
    assert audience(**{wanted: frozenset()}).part(change(1)) is None


def test_a_page_begins_behind_the_position_and_is_cut_at_the_limit() -> None:
    changes = [change(seq, meter="mn"[seq % 2]) for seq in range(1, 9)]
    whole = page(*changes)
    assert [e.position[1] for e in plain(whole, (1, 3), audience(), 10).events] == [4, 5, 6, 7, 8]
    some = plain(whole, (1, 3), audience(meters=frozenset("m")), 2)
    assert ([e.position[1] for e in some.events], some.end, some.more) == ([4, 6], (1, 6), True)
    rest = plain(whole, some.end, audience(meters=frozenset("m")), 2)
    assert ([e.position[1] for e in rest.events], rest.end, rest.more) == ([8], (1, 8), False)
