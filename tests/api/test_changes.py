"""The poll feed: order, cursors, and that it has no holes."""

import asyncio

import asyncpg
import pytest

from tests.api.application import CHANGES, Application
from tests.api.builders import Store

KEYS = {
    "change_id", "kind", "meter_number", "cds_productionproject_id", "production_format",
    "channel", "interval_from", "interval_to", "interval_seconds", "recorded_at",
}  # fmt: skip


@pytest.fixture
def feed(store: Store) -> Store:
    store.project()
    store.meter()
    store.client()
    return store


def starts(api: Application, **parameters: object) -> list[str]:
    answer = api.get(CHANGES, **parameters)
    assert answer.status_code == 200, answer.text
    return [change["interval_from"][:10] for change in answer.json()["changes"]]


def test_an_empty_feed_gives_the_cursor_back(feed: Store, api: Application) -> None:
    assert api.get(CHANGES).json() == {"changes": [], "next": "0"}
    assert api.get(CHANGES, after="0").json() == {"changes": [], "next": "0"}


def test_a_change_says_what_changed(feed: Store, api: Application) -> None:
    feed.change("2026-03-01", kind="CORRECTED", production_format="settlement", channel="NET")
    document = api.get(CHANGES, after="0").json()
    (change,) = document["changes"]
    assert change.keys() == KEYS
    assert (
        change
        | {
            "kind": "CORRECTED",
            "meter_number": "m",
            "cds_productionproject_id": "p",
            "production_format": "settlement",
            "channel": "NET",
            "interval_from": "2026-03-01T00:00:00Z",
            "interval_to": "2026-03-01T00:05:00Z",
            "interval_seconds": 300,
        }
        == change
    )
    assert document["next"] == change["change_id"]


def test_following_next_gives_every_change_once_in_order(feed: Store, api: Application) -> None:
    days = [f"2026-03-{day:02}" for day in range(1, 8)]
    for day in days:
        feed.change(day)
    seen, ids, after = [], [], "0"
    while True:
        document = api.get(CHANGES, after=after, limit=3).json()
        if not document["changes"]:
            break
        assert len(document["changes"]) <= 3
        seen += [change["interval_from"][:10] for change in document["changes"]]
        ids += [change["change_id"] for change in document["changes"]]
        after = document["next"]
    assert document == {"changes": [], "next": after}
    assert seen == days
    assert ids == sorted(ids)
    assert len(set(map(len, ids))) == 1


def test_the_feed_does_not_pass_a_transaction_in_flight(
    feed: Store, api: Application, database_url: str
) -> None:
    """One begins before and commits after another; its change comes first all the same."""

    async def begin() -> asyncpg.Connection:
        connection = await asyncpg.connect(database_url)
        await connection.execute("BEGIN")
        await connection.execute("SELECT pg_current_xact_id()")
        return connection

    insert = (
        "INSERT INTO change (kind, meter_id, production_format, channel, interval_from,"
        " interval_to, interval_seconds) SELECT 'CREATED', meter_id, 'scada', 'GROSS',"
        " '2026-03-01Z', '2026-03-02Z', 300 FROM meter"
    )
    with asyncio.Runner() as slow:
        connection = slow.run(begin())
        feed.change("2026-03-02")
        assert starts(api) == []
        slow.run(connection.execute(insert))
        slow.run(connection.execute("COMMIT"))
        slow.run(connection.close())
    assert starts(api) == ["2026-03-01", "2026-03-02"]


def test_changes_of_one_transaction_are_in_the_order_of_writing(
    feed: Store, api: Application
) -> None:
    feed.execute("BEGIN")
    for day in ("2026-03-05", "2026-03-01", "2026-03-03"):
        feed.change(day)
    feed.execute("COMMIT")
    assert starts(api) == ["2026-03-05", "2026-03-01", "2026-03-03"]


def test_the_default_limit_is_a_hundred(feed: Store, api: Application) -> None:
    for _ in range(101):
        feed.change()
    assert len(starts(api)) == 100
    assert len(starts(api, limit=1000)) == 101


@pytest.mark.parametrize(
    "after",
    ["1", "yesterday", "-", "1-", "1-x", "00-00-00", "18446744073709551616-1",
     "1-9223372036854775808", "٣-٣", "1-1\0"],
)  # fmt: skip
def test_a_cursor_that_is_none_is_refused(feed: Store, api: Application, after: str) -> None:
    answer = api.get(CHANGES, after=after)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "after"


def test_the_widest_cursor_is_accepted(feed: Store, api: Application) -> None:
    assert starts(api, after="18446744073709551615-9223372036854775807") == []
