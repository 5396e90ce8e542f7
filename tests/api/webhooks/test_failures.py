"""Receivers that fail, hang, trickle or are gone: the schedule, and that nothing is lost."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest

from api.webhooks.own import Chosen
from api.webhooks.shapes import Filters, State
from api.webhooks.transport import MOST_BYTES
from tests.api.builders import Store
from tests.api.webhooks.delivery import Delivery, change
from tests.api.webhooks.receiver import flood, hang, status, trickle

SECOND = timedelta(seconds=1)


async def test_the_schedule_is_as_stated_and_after_three_days_it_is_disabled_with_its_cursor(
    feed: Store, delivery: Delivery
) -> None:
    """5 s, doubled to an hour, until three days after the first failure."""
    webhook_id, _ = await delivery.subscribe()
    delivery.receiver.answers_at["/hook"] = status(500)
    await change(feed, 1)
    began, instants = delivery.now, []
    while (found := await delivery.one(webhook_id)).state is State.ACTIVE:
        delivery.now = max(delivery.now, found.next_attempt_at)
        instants.append(delivery.now)
        await delivery.round()
    pauses = [later - earlier for earlier, later in pairwise(instants)]
    doubled = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert [pause / SECOND for pause in pauses[:10]] == doubled
    assert {pause / SECOND for pause in pauses[10:]} == {3600}
    assert instants[-2] - began < timedelta(days=3) <= instants[-1] - began
    assert len(delivery.receiver.received) == len(instants) == 82
    assert found.state is State.DISABLED
    assert found.reason == ("failed for 3 days; the last attempt: answered 500 instead of 2xx")
    assert found.after == (0, 0)
    delivery.now += timedelta(days=9)
    await delivery.round()
    assert len(delivery.receiver.received) == 82

    delivery.receiver.answers_at.clear()
    chosen = Chosen(found.url, found.filters, found.include_values)
    update = delivery.own().update(webhook_id, chosen, State.ACTIVE, delivery.now, restart=True)
    assert await update
    await delivery.round()
    *_, before, last = delivery.receiver.received
    assert (last.days(), last.message_id) == (["2026-03-01"], before.message_id)
    again = await delivery.one(webhook_id)
    assert (again.state, again.reason, again.failures) == (State.ACTIVE, None, 0)


async def test_chance_makes_a_pause_up_to_a_fifth_shorter(feed: Store, delivery: Delivery) -> None:
    webhook_id, _ = await delivery.subscribe()
    delivery.receiver.answers.append(status(500))
    delivery.chance = 0.5
    await change(feed, 1)
    await delivery.round()
    assert (await delivery.one(webhook_id)).next_attempt_at - delivery.now == 4.5 * SECOND


async def test_410_ends_the_subscription(feed: Store, delivery: Delivery) -> None:
    webhook_id, _ = await delivery.subscribe()
    delivery.receiver.answers.append(status(410))
    await change(feed, 1)
    await delivery.round()
    found = await delivery.one(webhook_id)
    assert (found.state, found.after) == (State.ENDED, (0, 0))
    assert found.reason == "410 Gone: the receiver wants no more messages"
    await change(feed, 2)
    delivery.now += timedelta(days=1)
    await delivery.round()
    assert len(delivery.receiver.received) == 1


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        ("1", 5),
        ("999999", 86400),
        ("soon", 5),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 5),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86400),
        (f"Mon, 01 Jan {'9' * 30} 00:00:00 GMT", 5),
    ],
)
async def test_retry_after_lengthens_a_pause_within_a_day(
    feed: Store, delivery: Delivery, retry_after: str, seconds: int
) -> None:
    webhook_id, _ = await delivery.subscribe()
    delivery.receiver.answers.append(status(429, Retry_After=retry_after))
    await change(feed, 1)
    await delivery.round()
    assert (await delivery.one(webhook_id)).next_attempt_at - delivery.now == seconds * SECOND
    delivery.now += (seconds - 1) * SECOND
    await delivery.round()
    assert len(delivery.receiver.received) == 1
    delivery.now += SECOND
    await delivery.round()
    assert [each.days() for each in delivery.receiver.received] == [["2026-03-01"]] * 2


async def test_who_hangs_or_trickles_is_cut_and_holds_up_nobody(
    feed: Store, delivery: Delivery
) -> None:
    slow = [(await delivery.subscribe(path))[0] for path in ("hang", "trickle")]
    delivery.receiver.answers_at |= {"/hang": hang, "/trickle": trickle}
    good, _ = await delivery.subscribe("good")
    await change(feed, 1)
    await first_round_and_what_came(delivery, "/good")
    assert (await delivery.one(good)).failures == 0
    await delivery.dispatcher.settled()
    for webhook_id in slow:
        (attempt,) = await delivery.attempts(webhook_id)
        assert (attempt.result, attempt.error) == ("timed_out", "no complete answer within 4 s")
        assert attempt.duration_us > 3_900_000
        assert (await delivery.one(webhook_id)).failures == 1
    await change(feed, 2)
    delivery.receiver.answers_at.clear()
    delivery.now += timedelta(minutes=1)
    await delivery.round(times=2)
    for path in ("/hang", "/trickle"):
        came = [m.days() for m in delivery.receiver.received if m.path == path]
        assert came == [["2026-03-01"], ["2026-03-01"], ["2026-03-02"]]


async def first_round_and_what_came(delivery: Delivery, path: str) -> None:
    """Begin a round; wait for one receiver to get its message while others are waited for."""
    await delivery.dispatcher.round()
    async with asyncio.timeout(3.5):
        while not any(each.path == path for each in delivery.receiver.received):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_of_an_endless_answer_no_more_is_read_than_needed(
    feed: Store, delivery: Delivery
) -> None:
    webhook_id, _ = await delivery.subscribe()
    delivery.receiver.answers.append(flood)
    await change(feed, 1)
    await delivery.round()
    (attempt,) = await delivery.attempts(webhook_id)
    assert (attempt.status, attempt.error) == (200, None)


@pytest.mark.parametrize("body", [b"", b"Link: </style.css>; rel=preload\r\n"])
async def test_interim_answers_without_end_are_a_failure_that_costs_little(
    feed: Store, delivery: Delivery, body: bytes
) -> None:
    sent = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b"HTTP/1.1 103 Early Hints\r\n" + body + b"\r\n")
                await writer.drain()
                sent += 1
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        delivery.receiver.port = server.sockets[0].getsockname()[1]
        webhook_id, _ = await delivery.subscribe()
        await change(feed, 1)
        await delivery.round(delivery.another(total_seconds=60))  # bytes end it, not the time
        (attempt,) = await delivery.attempts(webhook_id)
        assert attempt.result == "unreachable"
        assert f"more than {MOST_BYTES} bytes" in str(attempt.error)
        assert sent > 100
        assert (await delivery.one(webhook_id)).failures == 1


async def test_a_redirect_is_not_followed(feed: Store, delivery: Delivery) -> None:
    webhook_id, _ = await delivery.subscribe()
    elsewhere = f"http://127.0.0.1:{delivery.receiver.port}/elsewhere"
    delivery.receiver.answers.append(status(307, Location=elsewhere))
    await change(feed, 1)
    await delivery.round()
    assert [each.path for each in delivery.receiver.received] == ["/hook"]
    (attempt,) = await delivery.attempts(webhook_id)
    assert attempt.error == "answered 307 instead of 2xx; redirects are not followed"


async def test_a_receiver_that_is_not_there_is_tried_again(feed: Store, delivery: Delivery) -> None:
    chosen = Chosen("http://127.0.0.1:1/", Filters(), include_values=False)
    webhook_id, _ = await delivery.own().create(chosen, (0, 0), delivery.now)
    await change(feed, 1)
    await delivery.round()
    (attempt,) = await delivery.attempts(webhook_id)
    assert attempt.result == "unreachable"
    assert (await delivery.one(webhook_id)).next_attempt_at - delivery.now == 5 * SECOND


async def test_changes_during_failures_follow_in_order_and_the_message_in_hand_stays_the_same(
    feed: Store, delivery: Delivery
) -> None:
    webhook_id, _ = await delivery.subscribe()
    delivery.receiver.answers.extend([status(500), status(503), status(200)])
    await change(feed, 1)
    for day in (2, 3, 4):
        await delivery.round()
        await change(feed, day)
        delivery.now += timedelta(minutes=5)
    await delivery.round()
    first, second, third, rest = delivery.receiver.received
    assert first.change_ids() == second.change_ids() == third.change_ids()
    assert first.message_id == second.message_id == third.message_id != rest.message_id
    assert (first.days(), rest.days()) == (["2026-03-01"], [f"2026-03-0{n}" for n in (2, 3, 4)])
    log = [(each.number, each.status, each.error) for each in await delivery.attempts(webhook_id)]
    assert log == [
        (1, 500, "answered 500 instead of 2xx"),
        (2, 503, "answered 503 instead of 2xx"),
        (3, 200, None),
        (4, 200, None),
    ]


async def test_another_process_sends_the_same_bytes_whatever_was_declared_meanwhile(
    feed: Store, delivery: Delivery
) -> None:
    await delivery.subscribe(values=True)
    delivery.receiver.answers.extend([status(500), status(200)])
    await change(feed, 1)
    await delivery.round()
    await feed.execute("UPDATE project SET units = 'MWh'")
    await feed.execute("DELETE FROM change")
    await feed.settle()
    delivery.now += timedelta(minutes=5)
    await delivery.round(delivery.another())
    first, second = delivery.receiver.received
    assert first.message_id == second.message_id
    assert first.body == second.body


async def test_changes_that_are_no_longer_kept_are_told_and_the_rest_follows(
    feed: Store, delivery: Delivery
) -> None:
    await change(feed, 1, 2, 3, 4)
    rows = await feed.execute("SELECT xid, seq FROM change ORDER BY xid, seq")
    first, _, third, _ = [(row["xid"], row["seq"]) for row in rows]
    await delivery.subscribe(after=first)
    await feed.execute("UPDATE feed_floor SET xid = $1::xid8, seq = $2", *third)
    await feed.execute("DELETE FROM change WHERE (xid, seq) <= ($1::xid8, $2::bigint)", *third)
    await feed.settle()
    delivery.receiver.answers.append(status(500))
    await delivery.round()
    delivery.now += timedelta(minutes=1)
    await delivery.round(times=2)
    failed, lost, rest = delivery.receiver.received
    assert failed.message_id == lost.message_id
    assert failed.body == lost.body
    assert lost.document["type"] == "changes.lost"
    assert lost.document["data"]["after"].endswith(f"-{first[1]:019}")
    assert lost.document["data"]["next"].endswith(f"-{third[1]:019}")
    assert rest.days() == ["2026-03-04"]


async def test_the_log_keeps_the_newest_attempts(
    feed: Store, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.webhooks.claims.LOG_LENGTH", 3)
    webhook_id, _ = await delivery.subscribe()
    for day in range(1, 6):
        await change(feed, day)
        await delivery.round()
    assert [each.number for each in await delivery.attempts(webhook_id)] == [3, 4, 5]
