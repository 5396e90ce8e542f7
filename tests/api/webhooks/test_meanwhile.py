"""What its client or its grant changes while a subscription is being delivered."""

import asyncpg
import pytest
from aiohttp import web

from api.webhooks.claims import Claims
from api.webhooks.own import Chosen
from api.webhooks.shapes import Filters, State
from gridfeed.domain.published.feed_position import START
from tests.api.builders import Store
from tests.api.webhooks.delivery import LEASE, Delivery, change
from tests.api.webhooks.receiver import status

pytestmark = pytest.mark.embedded


async def test_a_client_is_told_what_it_may_see_now_and_nothing_once_it_is_revoked(
    feed: Store, delivery: Delivery
) -> None:
    await delivery.subscribe()
    await feed.execute("UPDATE client SET projects = '{q}'")
    await change(feed, 1, meter="m")
    await change(feed, 2, meter="n")
    await delivery.round()
    await feed.execute("UPDATE client SET revoked_at = now()")
    await change(feed, 3, meter="n")
    await delivery.round(times=2)
    assert [each.days() for each in delivery.receiver.received] == [["2026-03-02"]]


@pytest.mark.parametrize(
    "changed", ["revoked_at = now()", "projects = '{q}'", "production_formats = '{settlement}'"]
)
async def test_what_is_in_hand_is_not_sent_once_the_grant_is_another(
    feed: Store, delivery: Delivery, changed: str
) -> None:
    await delivery.subscribe()
    await change(feed, 1)
    claims = Claims(delivery.pool, "process", LEASE)
    (claim,) = await claims.due(delivery.now, await delivery.newest(), 1)
    assert len(await claims.secrets(claim, delivery.now)) == 1
    await feed.execute(f"UPDATE client SET {changed}")
    assert await claims.secrets(claim, delivery.now) == []
    await claims.release(claim)
    await delivery.round(times=2)
    assert delivery.receiver.received == []


async def test_a_paused_and_changed_subscription_is_cut_anew_and_loses_nothing(
    feed: Store, delivery: Delivery
) -> None:
    webhook_id, _ = await delivery.subscribe("old")
    delivery.receiver.answers.append(status(500))
    await change(feed, 1)
    await delivery.round()
    url = f"http://127.0.0.1:{delivery.receiver.port}/new"
    chosen = Chosen(url, Filters(), include_values=False)
    for state, restart in ((State.PAUSED, False), (State.ACTIVE, True)):
        await delivery.own().update(webhook_id, chosen, state, delivery.now, restart=restart)
        await delivery.round()
    first, second = delivery.receiver.received
    assert (first.path, second.path) == ("/old", "/new")
    assert first.days() == second.days() == ["2026-03-01"]
    assert first.message_id != second.message_id


async def test_a_replay_sends_again_what_follows_a_cursor(feed: Store, delivery: Delivery) -> None:
    webhook_id, _ = await delivery.subscribe()
    await change(feed, 1, 2, 3)
    await delivery.round()
    xid, seq = delivery.receiver.received[0].changes[0]["change_id"].split("-")
    await delivery.own().replay(webhook_id, (int(xid), int(seq)), delivery.now)
    await delivery.round(times=2)
    assert [len(each.changes) for each in delivery.receiver.received] == [3, 2]


async def test_a_replay_while_a_delivery_is_under_way_is_not_undone_by_its_end(
    feed: Store, delivery: Delivery
) -> None:
    webhook_id, _ = await delivery.subscribe()
    await change(feed, 1)
    await delivery.round()

    async def replayed_meanwhile(request: web.Request) -> web.StreamResponse:
        await delivery.own().replay(webhook_id, START, delivery.now)
        return await status(200)(request)

    delivery.receiver.answers.append(replayed_meanwhile)
    await change(feed, 2)
    await delivery.round()
    assert (await delivery.one(webhook_id)).after == START
    await delivery.round()
    days = [message.days() for message in delivery.receiver.received]
    assert days == [["2026-03-01"], ["2026-03-02"], ["2026-03-01", "2026-03-02"]]


async def test_who_lost_a_lease_while_it_was_frozen_notes_nothing(
    feed: Store, delivery: Delivery
) -> None:
    webhook_id, _ = await delivery.subscribe()

    async def taken_over(request: web.Request) -> web.StreamResponse:
        feed_of_another = await asyncpg.connect(delivery.database_url)
        await feed_of_another.execute("UPDATE webhook SET leased_by = 'another process'")
        await feed_of_another.close()
        return await status(200)(request)

    delivery.receiver.answers.append(taken_over)
    await change(feed, 1)
    await delivery.round()
    assert (await delivery.one(webhook_id)).after == START
    assert await delivery.attempts(webhook_id) == []
    await feed.execute("UPDATE webhook SET leased_until = now() - interval '1 s'")
    await delivery.round()
    first, again = delivery.receiver.received
    assert first.message_id == again.message_id
    assert (await delivery.one(webhook_id)).after > START
