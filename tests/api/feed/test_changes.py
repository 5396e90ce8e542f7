"""The poll feed: order, cursors, and that it has no holes."""

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
async def feed(store: Store) -> Store:
    await store.project()
    await store.meter()
    await store.client()
    return store


async def starts(api: Application, **parameters: object) -> list[str]:
    answer = await api.get(CHANGES, **parameters)
    assert answer.status_code == 200, answer.text
    return [change["interval_from"][:10] for change in answer.json()["changes"]]


async def test_an_empty_feed_gives_the_cursor_back(feed: Store, api: Application) -> None:
    assert (await api.get(CHANGES)).json() == {"changes": [], "next": "0"}
    assert (await api.get(CHANGES, after="0")).json() == {"changes": [], "next": "0"}


async def test_a_change_says_what_changed(feed: Store, api: Application) -> None:
    await feed.change("2026-03-01", kind="CORRECTED", production_format="settlement", channel="NET")
    await feed.settle()
    document = (await api.get(CHANGES, after="0")).json()
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
async def test_a_delta_is_exact_and_generation_is_positive(
    store: Store, api: Application, units: str, delta: int | None, published: str
) -> None:
    await store.project(units=units)
    await store.meter()
    await store.client()
    await store.change(cause="settlement_version", delta_microkwh=delta)
    await store.settle()
    text = (await api.get(CHANGES)).text
    assert f'"cause":"settlement_version","delta_energy":{published},"units":"{units}"' in text


async def test_why_a_change_was_made_may_be_unknown(feed: Store, api: Application) -> None:
    await feed.change(kind="FINALIZED")
    await feed.settle()
    (change,) = (await api.get(CHANGES)).json()["changes"]
    assert (change["cause"], change["delta_energy"]) == (None, None)


async def test_the_writer_s_corrections_say_why_and_by_how_much(
    feed: Store, api: Application
) -> None:
    at = utc("2026-03-02")
    await publish(feed, at, "2026-03-01", [1, 2, 3])
    await publish(feed, at + timedelta(hours=1), "2026-03-01", ["1.5", "2.25", 3])
    await publish(feed, at + timedelta(hours=2), "2026-03-01", [None, "2.25", 3])
    await feed.settle()
    found = [(c["kind"], c["cause"], c["delta_energy"])
             for c in (await api.get(CHANGES)).json()["changes"]]  # fmt: skip
    assert found == [
        ("CREATED", "first", None),
        ("CORRECTED", "late_samples", 0.75),
        ("CORRECTED", "late_samples", None),
    ]


async def test_following_next_gives_every_change_once_in_order(
    feed: Store, api: Application
) -> None:
    days = [f"2026-03-{day:02}" for day in range(1, 8)]
    for day in days:
        await feed.change(day)
    await feed.settle()
    seen, ids, after = [], [], "0"
    while True:
        document = (await api.get(CHANGES, after=after, limit=3)).json()
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


async def test_the_feed_does_not_pass_a_transaction_in_flight(
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
    slow = await begin()
    await feed.change("2026-03-02")
    assert await starts(api) == []
    await slow.execute(insert)
    await slow.execute("COMMIT")
    await slow.close()
    await feed.settle()
    assert await starts(api) == ["2026-03-01", "2026-03-02"]


async def test_changes_of_one_transaction_are_in_the_order_of_writing(
    feed: Store, api: Application
) -> None:
    await feed.execute("BEGIN")
    for day in ("2026-03-05", "2026-03-01", "2026-03-03"):
        await feed.change(day)
    await feed.execute("COMMIT")
    await feed.settle()
    assert await starts(api) == ["2026-03-05", "2026-03-01", "2026-03-03"]


async def test_the_default_limit_is_a_hundred(feed: Store, api: Application) -> None:
    for _ in range(101):
        await feed.change()
    await feed.settle()
    assert len(await starts(api)) == 100
    assert len(await starts(api, limit=1000)) == 101


@pytest.mark.parametrize(
    "after",
    ["1", "yesterday", "-", "1-", "1-x", "00-00-00", "18446744073709551616-1",
     "1-9223372036854775808", "٣-٣", "1-1\0"],
)  # fmt: skip
async def test_a_cursor_that_is_none_is_refused(feed: Store, api: Application, after: str) -> None:
    answer = await api.get(CHANGES, after=after)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "after"


async def test_the_widest_cursor_is_accepted(feed: Store, api: Application) -> None:
    assert await starts(api, after="18446744073709551615-9223372036854775807") == []
