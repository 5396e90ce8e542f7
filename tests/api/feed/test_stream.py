"""Server-sent events from a real server: what comes, in which order, and how it ends."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from gridfeed.storage.clients import token_sha256
from tests.api.application import CHANGES
from tests.api.builders import Store, utc
from tests.api.processes import Served, Stream, served, until
from tests.api.publisher import publish
from tests.plain_http import PLAIN

pytestmark = pytest.mark.embedded

NOON, AT = "2026-03-01 12:00", utc("2026-03-01 13:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
def server(feed: Store, database_url: str) -> Iterator[Served]:
    with served(database_url, GRIDFEED_STREAM_HEARTBEAT_SECONDS="0.5") as running:
        yield running


async def test_a_stream_begins_now_and_an_event_is_the_change_of_the_poll_feed(
    feed: Store, server: Served
) -> None:
    await feed.change("2026-03-01", "mp")
    await feed.settle()
    stream = Stream(server.url).open()
    await feed.change("2026-03-02", "mp", kind="CORRECTED")
    (change,) = stream.wait_for(1)
    polled = server.get("/v1/changes").json()["changes"][-1]
    published = "t_published"
    assert change | {published: None} == polled | {published: None}
    assert stream.events[0][:2] == ("CORRECTED", change["change_id"])
    assert stream.retry is not None
    assert 500 <= stream.retry <= 5000


async def test_it_resumes_behind_the_last_event_id_which_wins_over_after(
    feed: Store, server: Served
) -> None:
    for day in range(1, 5):
        await feed.change(f"2026-03-0{day}", "mp")
    await feed.settle()
    every = Stream(server.url, {"after": "0"}).open()
    ids = [change["change_id"] for change in every.wait_for(4)]
    again = Stream(server.url, {"after": "0"}, last_event_id=ids[1]).open()
    again.wait_for(2)
    assert again.ids == ids[2:]


async def test_a_grant_and_filters_leave_out_what_they_should(feed: Store, server: Served) -> None:
    streams = {
        "grant": Stream(server.url, token="T_p"),
        "project": Stream(server.url, {"cds_productionproject_ids": "q"}),
        "meters": Stream(server.url, {"meter_numbers": "mp mq"}),
        "kind": Stream(server.url, {"kinds": "FINALIZED CORRECTED"}),
        "format": Stream(server.url, {"production_formats": "settlement"}),
    }
    for stream in streams.values():
        stream.open()
    await feed.change("2026-03-01", "mp")
    await feed.change("2026-03-02", "mq", kind="CORRECTED")
    await feed.change("2026-03-03", "mq", production_format="settlement")
    await feed.change("2026-03-04", "mp", kind="FINALIZED", production_format="settlement")
    expected = {
        "grant": ["01", "04"],
        "project": ["02", "03"],
        "meters": ["01", "02", "03", "04"],
        "kind": ["02", "04"],
        "format": ["03", "04"],
    }

    def days() -> dict[str, list[str]]:
        return {
            name: [change["interval_from"][8:10] for change in stream.changes]
            for name, stream in streams.items()
        }

    until(lambda: sum(map(len, days().values())) >= sum(map(len, expected.values())))
    assert days() == expected


@pytest.mark.parametrize(
    ("projects", "token", "named"), [("q nowhere", "all", "nowhere"), ("p q", "T_p", "q")]
)
@pytest.mark.parametrize("path", ["/v1/stream", CHANGES])
def test_a_project_that_is_not_there_or_not_granted_is_named_instead_of_being_silent_for_ever(
    server: Served, path: str, projects: str, token: str, named: str
) -> None:
    answer = server.get(path, token, cds_productionproject_ids=projects)
    problem = answer.json()
    assert (answer.status_code, problem["parameter"]) == (404, "cds_productionproject_ids")
    assert problem["detail"] == f"There is no project {named}, or the token may not see it."


async def test_what_filters_leave_out_moves_the_cursor_on(feed: Store, server: Served) -> None:
    """Else a reader of a quiet meter would fall out of what is kept without missing anything."""
    stream = Stream(server.url, {"meter_numbers": "mq"}).open()
    await feed.change("2026-03-01", "mp")
    await feed.settle()
    newest = server.get("/v1/changes").json()["next"]
    until(lambda: stream.last_event_id == newest)
    assert stream.events == []


def test_a_quiet_stream_has_heartbeats(server: Served) -> None:
    stream = Stream(server.url).open()
    until(lambda: stream.comments >= 3)
    assert stream.events == []


async def test_the_values_are_those_of_the_change_to_the_last_digit(
    feed: Store, server: Served
) -> None:
    stream = Stream(server.url, {"include": "values", "after": "0"}).open()
    still_open = {"meter": "mp", "finalize_at": utc("2026-03-01 14:00")}
    await publish(feed, AT, NOON, ["1.000001", "2"], **still_open, samples=30)
    await publish(feed, AT + SECOND, NOON, ["1.5", "2"], **still_open, samples=30)
    created, updated = stream.wait_for(2)
    assert [value["energy"] for value in created["values"]] == [1.000001, 2]
    assert created["values"][1]["interval_start"] == "2026-03-01T12:05:00Z"
    (value,) = updated["values"]
    assert (value["energy"], value["samples"], value["quality"]) == (1.5, 30, "calculated")
    assert updated["delta_energy"] == 0.499999


async def test_a_revoked_token_ends_its_streams_within_five_seconds(
    feed: Store, server: Served
) -> None:
    revoked, other = Stream(server.url, token="T_p").open(), Stream(server.url).open()
    await feed.execute(
        "UPDATE client SET revoked_at = now() WHERE token_sha256 = $1", token_sha256("T_p")
    )
    until(lambda: revoked.ended_at is not None, seconds=5)
    assert revoked.farewells == ["revoked"]
    assert other.ended_at is None


async def test_a_grant_that_changes_ends_its_streams(feed: Store, server: Served) -> None:
    stream = Stream(server.url, token="T_p").open()
    await feed.execute(
        "UPDATE client SET projects = '{q}' WHERE token_sha256 = $1", token_sha256("T_p")
    )
    stream.wait_for_end()
    assert stream.farewells == ["regranted"]
    await feed.change("2026-03-01", "mp")


async def test_a_stopping_server_sends_its_streams_away_and_ends_at_once(
    feed: Store, server: Served
) -> None:
    streams = [Stream(server.url).open() for _ in range(5)]
    await feed.change("2026-03-01", "mp")
    for stream in streams:
        stream.wait_for(1)
    assert server.terminate() == 0
    for stream in streams:
        stream.wait_for_end()
        assert stream.farewells == ["reconnect"]
        assert stream.last_event_id == stream.ids[0]


async def test_a_cursor_older_than_what_is_kept_is_told_how_to_begin_anew(
    feed: Store, server: Served
) -> None:
    for day in range(1, 5):
        await feed.change(f"2026-03-0{day}", "mp")
    await feed.settle()
    ids = [change["change_id"] for change in server.get("/v1/changes").json()["changes"]]
    await feed.execute(
        "UPDATE feed_floor SET (xid, seq) = (SELECT xid, seq FROM change WHERE seq = 2)"
    )
    stream = Stream(server.url, {"after": ids[0]}).open()
    assert stream.status == 410
    polled = server.get("/v1/changes", after=ids[0])
    assert polled.status_code == 410
    document = polled.json()
    assert stream.document == document
    assert (document["oldest"], document["newest"]) == (ids[1], ids[3])
    assert len(document["resynchronise"]) == 3
    assert [c["change_id"] for c in server.get("/v1/changes").json()["changes"]] == ids[2:]


def test_a_client_has_so_many_streams_and_no_more(feed: Store, database_url: str) -> None:
    limits = {"GRIDFEED_STREAMS_PER_CLIENT": "2", "GRIDFEED_STREAMS": "3"}
    with served(database_url, **limits) as server:
        mine = [Stream(server.url).open() for _ in range(3)]
        others = [Stream(server.url, token="T_p").open() for _ in range(2)]
        assert [stream.status for stream in mine] == [200, 200, 429]
        assert [stream.status for stream in others] == [200, 503]


@pytest.mark.parametrize(
    ("parameters", "token", "status"),
    [
        ({}, "nobody", 401),
        ({"after": "yesterday"}, "all", 400),
        ({"kinds": "DELETED"}, "all", 400),
        ({"include": "everything"}, "all", 400),
        ({"since": "0"}, "all", 400),
    ],
)
def test_what_is_wrong_is_answered_and_not_streamed(
    server: Served, parameters: dict[str, str], token: str, status: int
) -> None:
    assert Stream(server.url, parameters, token=token).open().status == status


def test_the_token_may_stand_in_the_url_where_no_header_can_be_sent(
    feed: Store, server: Served
) -> None:
    with httpx.stream("GET", f"{server.url}/v1/stream?access_token=all", **PLAIN) as answer:
        assert answer.status_code == 200
