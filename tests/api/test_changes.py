"""The poll feed: order, cursors, and that it has no holes."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from tests.api.application import CHANGES, Application
from tests.api.builders import Store, utc
from tests.api.publisher import publish

pytestmark = pytest.mark.embedded

KEYS = {
    "change_id", "kind", "meter_number", "cds_productionproject_id", "production_format",
    "channel", "interval_from", "interval_to", "interval_seconds", "recorded_at",
    "t_observed", "t_ingested", "t_stored", "t_published",
    "cause", "delta_energy", "units",
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
    feed.settle()
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


@pytest.mark.parametrize(
    ("units", "delta", "published"),
    [("kWh", 1, "0.000001"), ("Wh", -1_500, "-1.500"), ("MWh", 2**62, "4611686018.427387904"),
     ("kWh", 0, "0.000000"), ("kWh", None, "null")],
)  # fmt: skip
def test_a_delta_is_exact_and_generation_is_positive(
    store: Store, api: Application, units: str, delta: int | None, published: str
) -> None:
    store.project(units=units)
    store.meter()
    store.client()
    store.change(cause="settlement_version", delta_microkwh=delta)
    store.settle()
    text = api.get(CHANGES).text
    assert f'"cause":"settlement_version","delta_energy":{published},"units":"{units}"' in text


def test_why_a_change_was_made_may_be_unknown(feed: Store, api: Application) -> None:
    feed.change(kind="FINALIZED")
    feed.settle()
    (change,) = api.get(CHANGES).json()["changes"]
    assert (change["cause"], change["delta_energy"]) == (None, None)


def test_the_writer_s_corrections_say_why_and_by_how_much(feed: Store, api: Application) -> None:
    at = utc("2026-03-02")
    publish(feed, at, "2026-03-01", [1, 2, 3])
    publish(feed, at + timedelta(hours=1), "2026-03-01", ["1.5", "2.25", 3])
    publish(feed, at + timedelta(hours=2), "2026-03-01", [None, "2.25", 3])
    feed.settle()
    found = [(c["kind"], c["cause"], c["delta_energy"])
             for c in api.get(CHANGES).json()["changes"]]  # fmt: skip
    assert found == [
        ("CREATED", "first", None),
        ("CORRECTED", "late_samples", 0.75),
        ("CORRECTED", "late_samples", None),
    ]


def test_following_next_gives_every_change_once_in_order(feed: Store, api: Application) -> None:
    days = [f"2026-03-{day:02}" for day in range(1, 8)]
    for day in days:
        feed.change(day)
    feed.settle()
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
    feed.settle()
    assert starts(api) == ["2026-03-01", "2026-03-02"]


def test_changes_of_one_transaction_are_in_the_order_of_writing(
    feed: Store, api: Application
) -> None:
    feed.execute("BEGIN")
    for day in ("2026-03-05", "2026-03-01", "2026-03-03"):
        feed.change(day)
    feed.execute("COMMIT")
    feed.settle()
    assert starts(api) == ["2026-03-05", "2026-03-01", "2026-03-03"]


def test_the_default_limit_is_a_hundred(feed: Store, api: Application) -> None:
    for _ in range(101):
        feed.change()
    feed.settle()
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
