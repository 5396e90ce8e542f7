"""The WebSocket: subscriptions, cursors, acknowledgement, and why it closes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from gridfeed.storage.clients import token_sha256
from tests.api.builders import Store
from tests.api.processes import Served, served

SECONDS = 60


class Socket:
    """What a client says and hears."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def say(self, kind: str, subscription: str = "s", **members: object) -> None:
        self.connection.send(json.dumps({"type": kind, "subscription": subscription, **members}))

    def hear(self, *kinds: str) -> dict[str, Any]:
        """Return the next message that is no heartbeat; it must be of one of the kinds."""
        while True:
            message: dict[str, Any] = json.loads(self.connection.recv(SECONDS))
            if message["type"] != "heartbeat" or "heartbeat" in kinds:
                assert message["type"] in kinds, message
                return message

    def subscribe(self, subscription: str = "s", **members: object) -> str:
        self.say("subscribe", subscription, **members)
        after: str = self.hear("subscribed")["after"]
        return after

    def days(self, count: int) -> list[tuple[str, str]]:
        """Return subscription and day of the next changes."""
        messages = [self.hear("change") for _ in range(count)]
        return [(m["subscription"], m["data"]["interval_from"][8:10]) for m in messages]

    def closed(self) -> int:
        """Return the code with which the server closes."""
        with pytest.raises(ConnectionClosed) as closed:
            self.connection.recv(SECONDS)
        assert closed.value.rcvd
        return closed.value.rcvd.code


@pytest.fixture
def server(feed: Store, database_url: str) -> Iterator[Served]:
    with served(database_url, GRIDFEED_STREAM_HEARTBEAT_SECONDS="1") as running:
        yield running


@contextmanager
def opened(server: Served, token: str = "all") -> Iterator[Socket]:
    headers = {"Authorization": f"Bearer {token}"}
    with connect(server.websocket_url, additional_headers=headers, proxy=None) as connection:
        yield Socket(connection)


async def test_a_change_comes_as_on_the_other_ways(feed: Store, server: Served) -> None:
    with opened(server) as socket:
        socket.subscribe()
        await feed.change("2026-03-01", "mp", kind="CORRECTED")
        message = socket.hear("change")
    (polled,) = server.get("/v1/changes").json()["changes"]
    published = {"t_published": None}
    assert message["data"] | published == polled | published
    assert (message["event"], message["id"]) == ("CORRECTED", polled["change_id"])


async def test_subscriptions_are_filtered_and_end_each_for_itself(
    feed: Store, server: Served
) -> None:
    with opened(server) as socket:
        socket.subscribe("of_p", filter={"cds_productionproject_ids": ["p"]})
        socket.subscribe("final", filter={"kinds": ["FINALIZED"], "meter_numbers": ["mq"]})
        await feed.change("2026-03-01", "mp")
        await feed.change("2026-03-02", "mq")
        await feed.change("2026-03-03", "mq", kind="FINALIZED")
        assert sorted(socket.days(2)) == [("final", "03"), ("of_p", "01")]
        socket.say("unsubscribe", "of_p")
        assert socket.hear("unsubscribed")["subscription"] == "of_p"
        await feed.change("2026-03-04", "mp")
        await feed.change("2026-03-05", "mq", kind="FINALIZED")
        assert socket.days(1) == [("final", "05")]


async def test_what_the_grant_does_not_open_never_comes(feed: Store, server: Served) -> None:
    with opened(server, "T_p") as socket:
        socket.subscribe("all")
        socket.subscribe("of_q", filter={"meter_numbers": ["mq"]})
        await feed.change("2026-03-01", "mq")
        await feed.change("2026-03-02", "mp")
        assert socket.days(1) == [("all", "02")]


async def test_a_subscription_counts_as_a_request(feed: Store, database_url: str) -> None:
    """Opened, subscribed twice: three of three."""
    with (
        served(database_url, GRIDFEED_REQUESTS_PER_MINUTE="3") as few,
        opened(few) as socket,
    ):
        socket.subscribe("one")
        socket.subscribe("two")
        socket.say("subscribe", "three")
        refused = socket.hear("error")
        assert refused["subscription"] == "three"
        assert "GRIDFEED_REQUESTS_PER_MINUTE" in refused["detail"]
        await feed.change("2026-03-01", "mp", kind="CORRECTED")
        assert {subscription for subscription, _ in socket.days(2)} == {"one", "two"}


async def test_with_a_window_what_is_not_acknowledged_holds_up_the_rest(
    feed: Store, server: Served
) -> None:
    for day in range(1, 6):
        await feed.change(f"2026-03-0{day}", "mp")
    await feed.settle()
    with opened(server) as socket:
        socket.subscribe(after="0", window=2)
        first, second = socket.hear("change"), socket.hear("change")
        assert socket.hear("heartbeat")["cursors"]["s"] == "0"
        socket.say("ack", change_id=first["id"])
        third = socket.hear("change")
        assert socket.hear("heartbeat")["cursors"]["s"] == first["id"]
        socket.say("ack", change_id=third["id"])
        assert socket.days(2) == [("s", "04"), ("s", "05")]
        socket.say("unsubscribe")
        assert socket.hear("unsubscribed")["cursor"] == third["id"]
    assert first["id"] < second["id"] < third["id"]


async def test_it_resumes_behind_its_cursor_on_another_connection(
    feed: Store, server: Served
) -> None:
    for day in range(1, 5):
        await feed.change(f"2026-03-0{day}", "mp")
    await feed.settle()
    with opened(server) as socket:
        socket.subscribe(after="0")
        socket.hear("change")
        cursor = socket.hear("change")["id"]
    with opened(server) as socket:
        assert socket.subscribe(after=cursor) == cursor
        assert socket.days(2) == [("s", "03"), ("s", "04")]


async def test_a_cursor_that_is_too_old_is_told_and_the_connection_stays(
    feed: Store, server: Served
) -> None:
    for day in range(1, 4):
        await feed.change(f"2026-03-0{day}", "mp")
    await feed.settle()
    ids = [change["change_id"] for change in server.get("/v1/changes").json()["changes"]]
    await feed.execute(
        "UPDATE feed_floor SET (xid, seq) = (SELECT xid, seq FROM change WHERE seq = 2)"
    )
    with opened(server) as socket:
        socket.say("subscribe", after=ids[0])
        told = socket.hear("resync")
        assert (told["oldest"], told["newest"], told["subscription"]) == (ids[1], ids[2], "s")
        socket.subscribe(after=told["oldest"])
        assert socket.days(1) == [("s", "03")]


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("hello", "is not JSON"),
        ("[]", "type is one of subscribe, unsubscribe, ack"),
        ('{"type":"subscribe"}', "subscription is required; accepted keys: type (required)"),
        ('{"type":"subscribe","subscription":"s","since":1}', "since is not a known key; accepted"),
        (
            '{"type":"subscribe","subscription":"s","after":"yesterday"}',
            "after: 'yesterday' is not",
        ),
        ('{"type":"subscribe","subscription":"s","after":7}', "a change_id, which is a string"),
        ('{"type":"ack","subscription":"none","change_id":"0"}', "no such subscription"),
        ('{"type":"unsubscribe","subscription":"none"}', "no such subscription"),
        ('{"type":"subscribe","subscription":"s","filter":{"kinds":["DELETED"]}}', '"FINALIZED"'),
        (
            '{"type":"subscribe","subscription":"s","filter":{"kind":[]}}',
            "filter.kind is not a known key",
        ),
        (
            '{"type":"subscribe","subscription":"s","filter":{"cds_productionproject_ids":["x"]}}',
            "There is no project x, or the token may not see it.",
        ),
    ],
)
def test_what_cannot_be_done_is_answered_with_an_error_that_says_what_can(
    server: Served, said: str, word: str
) -> None:
    with opened(server) as socket:
        socket.connection.send(said)
        assert word in socket.hear("error")["detail"]
        socket.subscribe()


async def test_a_revoked_token_closes_it(feed: Store, server: Served) -> None:
    with opened(server, "T_p") as socket:
        after = socket.subscribe()
        await feed.execute(
            "UPDATE client SET revoked_at = now() WHERE token_sha256 = $1", token_sha256("T_p")
        )
        assert socket.hear("revoked")["cursors"] == {"s": after}
        assert socket.closed() == 4401


async def test_a_stopping_server_says_where_to_go_on_elsewhere(feed: Store, server: Served) -> None:
    with opened(server) as socket:
        socket.subscribe()
        await feed.change("2026-03-01", "mp")
        last = socket.hear("change")["id"]
        assert server.terminate() == 0
        assert socket.hear("reconnect")["cursors"] == {"s": last}
        assert socket.closed() == 1012


def test_a_wrong_token_is_a_problem_document_and_no_connection(server: Served) -> None:
    with pytest.raises(InvalidStatus) as refused, opened(server, "nobody"):
        pass
    answer = refused.value.response
    assert answer.status_code == 401
    assert json.loads(answer.body)["title"] == "Unauthorized"
