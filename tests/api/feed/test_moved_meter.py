"""A meter that left a project and came back: on every channel each grant gets its own values."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.builders import Store, utc
from tests.api.feed.channels import CHANNELS, HERE
from tests.api.processes import Served, served
from tests.api.publisher import publish
from tests.api.webhooks.receiver import Receiver, beside

pytestmark = pytest.mark.embedded

HOUR = timedelta(hours=1)
FIRST, COUNT = utc("2026-03-01 20:00"), 32
STARTS = [FIRST + n * HOUR for n in range(COUNT)]
#: When the meter left for project b, and when it came back to project a.
MOVES = {
    "day": (utc("2026-03-02"), utc("2026-03-03")),
    "midday": (utc("2026-03-02 10:00"), utc("2026-03-02 15:00")),
    "inside intervals": (utc("2026-03-02 10:20"), utc("2026-03-02 15:40")),
}


@pytest.fixture(params=MOVES)
async def moves(request: pytest.FixtureRequest, store: Store) -> tuple[datetime, datetime]:
    """Hours of meter m of a, then b, then a again, published at once and then corrected."""
    left, back = MOVES[request.param]
    await store.project("a", interval_seconds=3600)
    await store.project("b", interval_seconds=3600, units="MWh")
    await store.meter("m", "a")
    await store.move("b", left)
    await store.move("a", back)
    for token, projects in (("T_a", ["a"]), ("T_b", ["b"]), ("T_ab", ["a", "b"]), ("all", None)):
        await store.client(token, projects)
    for turn in (1, 2):
        energies = [turn * 1000 + n for n in range(COUNT)]
        at = utc("2026-03-10") + turn * HOUR
        await publish(store, at, "2026-03-01 20:00", energies, interval_seconds=3600)
    await store.settle()
    return left, back


@pytest.fixture
def server(moves: object, database_url: str) -> Iterator[Served]:
    with served(database_url, **HERE) as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with beside() as receiver:
        yield receiver


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def starts(change: dict[str, Any]) -> list[datetime]:
    return [instant(value["interval_start"]) for value in change["values"]]


def energies(change: dict[str, Any]) -> list[float]:
    return [value["energy"] for value in change["values"]]


async def test_values_are_those_of_the_time_in_which_the_meter_was_the_grant_s(
    moves: tuple[datetime, datetime], server: Served, receiver: Receiver
) -> None:
    of_b = [n for n, start in enumerate(STARTS) if moves[0] <= start < moves[1]]
    of_a = [n for n in range(COUNT) if n not in of_b]
    for name, channel in CHANNELS.items():
        for token, own, units, kilo in (("T_a", of_a, "kWh", 1), ("T_b", of_b, "MWh", 1000)):
            changes = channel(server, token, receiver, 2)
            assert [change["kind"] for change in changes] == ["CREATED", "CORRECTED"], name
            for turn, change in enumerate(changes, start=1):
                assert change["cds_productionproject_id"] == token[-1], name
                assert starts(change) == [STARTS[n] for n in own], name
                assert energies(change) == [(turn * 1000 + n) / kilo for n in own], name
                assert instant(change["interval_from"]) == STARTS[own[0]], name
                assert instant(change["interval_to"]) == STARTS[own[-1]] + HOUR, name
                assert (change["delta_energy"], change["units"]) == (None, units), name


@pytest.mark.parametrize("moves", ["midday"], indirect=True)
async def test_who_is_granted_both_projects_gets_the_whole_with_its_delta(
    moves: object, server: Served, receiver: Receiver
) -> None:
    for name, channel in CHANNELS.items():
        for token in ("T_ab", "all"):
            changes = channel(server, token, receiver, 2)
            assert [energies(change) for change in changes] == [
                [turn * 1000 + n for n in range(COUNT)] for turn in (1, 2)
            ], name
            assert [change["delta_energy"] for change in changes] == [None, COUNT * 1000], name


@pytest.mark.parametrize("moves", ["day"], indirect=True)
async def test_time_in_which_a_meter_was_nobody_s_is_shown_to_nobody(
    moves: tuple[datetime, datetime], store: Store, server: Served, receiver: Receiver
) -> None:
    await store.execute("DELETE FROM membership WHERE cds_productionproject_id = 'b'")
    await store.execute("UPDATE catalogue_version SET version = version + 1")
    for token in ("T_a", "all"):
        for change in CHANNELS["poll"](server, token, receiver, 2):
            assert not [start for start in starts(change) if moves[0] <= start < moves[1]]
            assert change["delta_energy"] is None
    assert CHANNELS["poll"](server, "T_b", receiver, 0) == []
