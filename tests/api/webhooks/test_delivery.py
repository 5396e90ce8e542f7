"""Webhooks against a real receiver: signed, in order, at least once, on the stated schedule."""

import asyncio
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from api.webhooks.message import shown_secret
from tests.api.application import CHANGES, Application
from tests.api.builders import Store, utc
from tests.api.publisher import publish
from tests.api.webhooks.delivery import Delivery, change
from tests.api.webhooks.receiver import status

pytestmark = pytest.mark.embedded


async def test_a_change_is_posted_as_the_feed_has_it_and_verified_by_the_official_library(
    feed: Store, delivery: Delivery, api: Application
) -> None:
    _, secret = await delivery.subscribe()
    await change(feed, 1, kind="CORRECTED", delta_microkwh=125_000)
    await delivery.round()
    (message,) = delivery.receiver.received
    document = message.verify(secret)
    answer = (await api.get(CHANGES, after="0")).json()
    for each in (document["data"], answer):
        del each["changes"][0]["t_published"]  # when each process got it
    assert document == {
        "type": "segments.changed",
        "timestamp": answer["changes"][0]["recorded_at"],
        "data": answer,
    }
    assert message.headers["content-type"] == "application/json"
    assert message.headers["user-agent"].startswith("Gridfeed/")
    with pytest.raises(WebhookVerificationError):
        message.verify(shown_secret(b"another"))


async def test_nothing_is_posted_twice_and_nothing_while_nothing_happens(
    feed: Store, delivery: Delivery
) -> None:
    await delivery.subscribe()
    await change(feed, 1)
    await delivery.round(times=3)
    await change(feed, 2, 3)
    await delivery.round(times=3)
    assert [message.days() for message in delivery.receiver.received] == [
        ["2026-03-01"],
        ["2026-03-02", "2026-03-03"],
    ]


async def test_while_a_key_is_rotated_both_secrets_verify_and_then_only_the_new_one(
    feed: Store, delivery: Delivery
) -> None:
    webhook_id, old = await delivery.subscribe()
    began = delivery.now
    secret = await delivery.own().rotate(webhook_id, began, began + timedelta(hours=24))
    assert secret is not None
    new = shown_secret(secret)
    await change(feed, 1)
    await delivery.round()
    (message,) = delivery.receiver.received
    assert message.verify(old) == message.verify(new) == message.document
    assert (await delivery.one(webhook_id)).overlap_ends_at == began + timedelta(hours=24)

    delivery.now = began + timedelta(hours=24)
    await change(feed, 2)
    await delivery.round()
    last = delivery.receiver.received[-1]
    assert (await delivery.one(webhook_id)).overlap_ends_at is None
    text = last.body.decode()
    signed = Webhook(new).sign(last.message_id, delivery.now, text)
    assert last.headers["webhook-signature"] == signed


async def test_who_is_behind_gets_large_messages_and_every_change_once_in_order(
    feed: Store, delivery: Delivery
) -> None:
    await feed.execute(
        "INSERT INTO change (kind, meter_id, production_format, channel, interval_from,"
        " interval_to, interval_seconds) SELECT 'UPDATED', 1 + n % 2, 'scada', 'GROSS',"
        " '2026-03-01Z'::timestamptz + n * interval '5 min',"
        " '2026-03-01Z'::timestamptz + (n + 1) * interval '5 min', 300"
        " FROM generate_series(0, 2399) AS n ORDER BY n"
    )
    await feed.settle()
    await delivery.subscribe("all")
    await delivery.subscribe("q", projects=["q"])
    await delivery.round(times=6)
    for path, sizes, every in (("/all", [500, 500, 500, 500, 400], 1), ("/q", [500, 500, 200], 2)):
        messages = [each for each in delivery.receiver.received if each.path == path]
        assert [len(each.changes) for each in messages] == sizes
        starts = [c["interval_from"] for each in messages for c in each.changes]
        assert len(starts) == 2400 // every
        assert starts == sorted(set(starts))


async def test_updates_of_an_open_interval_come_as_one_to_who_is_behind_and_asked_for_that(
    feed: Store, delivery: Delivery
) -> None:
    """1,500 updates of three intervals and one correction among them; a failure changes nothing."""
    await delivery.subscribe("one", coalesced=True)
    await delivery.subscribe("each")
    delivery.receiver.answers_at["/one"] = status(500)
    update = (
        "INSERT INTO change (kind, cause, meter_id, production_format, channel, interval_from,"
        " interval_to, interval_seconds, delta_microkwh) SELECT 'UPDATED', 'samples', 1, 'scada',"
        " 'GROSS', '2026-03-01Z'::timestamptz + n % 3 * interval '1 day',"
        " '2026-03-01Z'::timestamptz + n % 3 * interval '1 day' + interval '5 min', 300, 1000000"
        " FROM generate_series(1, 750) AS n ORDER BY n"
    )
    await feed.execute(update)
    await change(feed, 9, kind="CORRECTED")
    await feed.execute(update)
    await feed.settle()
    await delivery.round()
    delivery.receiver.answers_at.clear()
    delivery.now += timedelta(minutes=1)
    await delivery.round(times=5)
    ones = [each for each in delivery.receiver.received if each.path == "/one"]
    eaches = [c for m in delivery.receiver.received if m.path == "/each" for c in m.changes]
    assert ones[0].message_id == ones[1].message_id
    assert ones[0].change_ids() == ones[1].change_ids()
    assert len(ones) == 2
    told = ones[1].changes
    assert sum(change.get("coalesced", 1) for change in told) == 1501 == len(eaches)
    assert [change["kind"] for change in told].count("CORRECTED") == 1
    assert len(told) == 3 + 1 + 3
    assert sum(change["delta_energy"] or 0 for change in told) == 1500
    ids = [change["change_id"] for change in told]
    assert ids == sorted(set(ids))
    assert set(ids) <= {change["change_id"] for change in eaches}


async def test_what_is_not_of_a_subscription_is_passed_over(
    feed: Store, delivery: Delivery
) -> None:
    chosen = {
        "projects": ("p", {"projects": ["p"]}),
        "meters": ("m", {"meter_numbers": ["m"]}),
        "kinds": ("c", {"kinds": ["CORRECTED"]}),
        "formats": ("s", {"production_formats": ["settlement"]}),
    }
    ids = [(await delivery.subscribe(name, **chosen[name][1]))[0] for name in chosen]
    await change(feed, 1, meter="m")
    await change(feed, 2, meter="n")
    await change(feed, 3, meter="n", kind="CORRECTED")
    await change(feed, 4, meter="n", production_format="settlement")
    await delivery.round(times=2)
    came = {each.path: each.days() for each in delivery.receiver.received}
    days = {"/projects": 1, "/meters": 1, "/kinds": 3, "/formats": 4}
    assert came == {path: [f"2026-03-0{day}"] for path, day in days.items()}
    assert len({(await delivery.one(webhook_id)).after for webhook_id in ids}) == 1


async def test_values_come_along_exactly_when_asked_for(feed: Store, delivery: Delivery) -> None:
    await delivery.subscribe("with", values=True)
    await delivery.subscribe("without")
    await publish(feed, utc("2026-03-02"), "2026-03-01", ["0.1", "123456789.000001"])
    await feed.settle()
    await delivery.round()
    bodies = {each.path: each.body for each in delivery.receiver.received}
    assert b'"energy":0.100000' in bodies["/with"]
    assert b'"energy":123456789.000001' in bodies["/with"]
    assert b'"values"' not in bodies["/without"]


async def test_several_processes_share_the_work_and_none_delivers_twice(
    feed: Store, delivery: Delivery
) -> None:
    async def slowly(_request: object) -> object:
        await asyncio.sleep(0.2)
        return await status(200)(_request)  # type: ignore[arg-type]

    await delivery.subscribe()
    others = [delivery.another() for _ in range(3)]
    delivery.receiver.answers_at["/hook"] = slowly  # type: ignore[assignment]
    for day in range(1, 6):
        await change(feed, day)
        await delivery.round(delivery.dispatcher, *others)
    assert delivery.receiver.most_at_once == 1
    days = [[f"2026-03-0{day}"] for day in range(1, 6)]
    assert [each.days() for each in delivery.receiver.received] == days


async def test_metrics_count_attempts_and_say_how_late_they_were(
    feed: Store, delivery: Delivery
) -> None:
    await delivery.subscribe()
    delivery.receiver.answers.append(status(500))
    await change(feed, 1)
    await delivery.round()
    delivery.now += timedelta(minutes=2)
    await delivery.round(times=2)

    def sample(name: str, **labels: str) -> float | None:
        return delivery.registry.get_sample_value(f"gridfeed_webhook_{name}", labels)

    assert sample("attempts_total", result="answered") == 1
    assert sample("attempts_total", result="delivered") == 1
    assert sample("attempt_seconds_count") == 2
    assert sample("lag_seconds_count") == 1
    lag = sample("lag_seconds_sum")
    assert lag is not None
    assert 100 < lag < 140
    counted = delivery.registry.get_sample_value
    assert counted("gridfeed_webhooks", {"condition": "active"}) == 1
