"""What a client asks of a subscription: deliver, test, show the log, rotate, replay."""

from tests.api.application import CHANGES, Application
from tests.api.builders import Store
from tests.api.webhooks.receiver import Receiver, status
from tests.api.webhooks.requests import PUBLIC, WEBHOOKS, done, refused, send, until_received


async def test_a_subscription_made_over_http_is_delivered_to_by_the_process_itself(
    feed: Store, hooked: Application, receiver: Receiver
) -> None:
    answer = await send(
        hooked, "POST", body={"url": receiver.url, "kinds": ["CREATED"], "after": "0"}
    )
    made = done(answer, 201)
    assert answer.headers["location"].endswith(f"{WEBHOOKS}/{made['webhook_id']}")
    assert made["secret"].startswith("whsec_")
    await feed.change("2026-03-01")
    await feed.change("2026-03-02", kind="UPDATED")
    await feed.change("2026-03-03")
    await until_received(hooked, receiver, 1)
    days = [day for message in receiver.received for day in message.days()]
    assert days == ["2026-03-01", "2026-03-03"]
    assert all(message.verify(made["secret"]) for message in receiver.received)
    found = done(await send(hooked, "GET", f"/{made['webhook_id']}"))
    assert found["after"] == (await hooked.get(CHANGES)).json()["next"]
    assert (found["failures"], found["next_attempt_at"]) == (0, None)
    text = (await hooked.get("/metrics", token=None)).text
    assert 'gridfeed_webhook_attempts_total{result="delivered"} ' in text
    assert 'gridfeed_webhooks{condition="active"} 1.0' in text


async def test_without_a_cursor_it_begins_with_what_comes_from_now_on(
    feed: Store, hooked: Application, receiver: Receiver
) -> None:
    await feed.change("2026-03-01")
    await feed.settle()
    done(await send(hooked, "POST", body={"url": receiver.url}), 201)
    await feed.change("2026-03-02")
    await until_received(hooked, receiver, 1)
    assert [message.days() for message in receiver.received] == [["2026-03-02"]]


async def test_a_test_event_says_how_it_went_and_moves_nothing(
    hooked: Application, receiver: Receiver
) -> None:
    made = done(await send(hooked, "POST", body={"url": receiver.url}), 201)
    path = f"/{made['webhook_id']}"
    good = done(await send(hooked, "POST", f"{path}/test"))
    receiver.answers.append(status(500))
    bad = done(await send(hooked, "POST", f"{path}/test"))
    assert (good["result"], good["status"], good["error"]) == ("delivered", 200, None)
    assert (bad["result"], bad["status"]) == ("answered", 500)
    first, _ = receiver.received
    assert first.message_id == good["message_id"]
    document = first.verify(made["secret"])
    assert (document["type"], document["data"]) == (
        "webhook.test",
        {"webhook_id": made["webhook_id"]},
    )
    log = done(await send(hooked, "GET", f"{path}/deliveries"))
    assert [(each["number"], each["type"], each["status"]) for each in log["deliveries"]] == [
        (2, "webhook.test", 500),
        (1, "webhook.test", 200),
    ]
    found = done(await send(hooked, "GET", path))
    assert (found["failures"], found["after"]) == (0, made["after"])


async def test_the_log_is_read_in_pages(hooked: Application, receiver: Receiver) -> None:
    path = f"/{done(await send(hooked, 'POST', body={'url': receiver.url}), 201)['webhook_id']}"
    for _ in range(5):
        done(await send(hooked, "POST", f"{path}/test"))
    seen, before = [], ""
    while True:
        page = done(await send(hooked, "GET", f"{path}/deliveries?limit=2{before}"))
        seen += [each["number"] for each in page["deliveries"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert seen == [5, 4, 3, 2, 1]
    refused(await send(hooked, "GET", f"{path}/deliveries?limit=0"), 400, "limit")
    refused(await send(hooked, "GET", f"{path}/deliveries?page=2"), 400, "page")


async def test_a_rotation_shows_a_new_secret_and_until_when_the_former_signs(
    hooked: Application,
) -> None:
    made = done(await send(hooked, "POST", body={"url": PUBLIC}), 201)
    path = f"/{made['webhook_id']}"
    turned = done(await send(hooked, "POST", f"{path}/rotate"))
    assert turned["secret"] != made["secret"]
    assert (
        done(await send(hooked, "GET", path))["former_secret_until"]
        == turned["former_secret_until"]
    )
    done(await send(hooked, "POST", f"{path}/rotate", {"overlap_seconds": 0}))
    assert done(await send(hooked, "GET", path))["former_secret_until"] is None
    refused(
        await send(hooked, "POST", f"{path}/rotate", {"overlap_seconds": 700_000}), 400, "604800"
    )


async def test_a_replay_sends_again_what_follows_the_cursor(
    feed: Store, hooked: Application, receiver: Receiver
) -> None:
    await feed.change("2026-03-01")
    await feed.settle()
    path = f"/{done(await send(hooked, 'POST', body={'url': receiver.url}), 201)['webhook_id']}"
    assert done(await send(hooked, "POST", f"{path}/replay", {"after": "0"}))["after"] == "0"
    await until_received(hooked, receiver, 1)
    assert receiver.received[0].days() == ["2026-03-01"]
    refused(await send(hooked, "POST", f"{path}/replay", {"after": "x"}), 400, "change_id")
    refused(await send(hooked, "POST", f"{path}/replay", {}), 400, "required")


async def test_a_cursor_that_is_no_longer_kept_is_refused_with_a_recipe(
    feed: Store, hooked: Application
) -> None:
    await feed.change()
    await feed.change()
    await feed.settle()
    first = (await hooked.get(CHANGES, after="0", limit=1)).json()["next"]
    await feed.execute("UPDATE feed_floor SET xid = (SELECT max(xid) FROM change), seq = 1000")
    problem = refused(await send(hooked, "POST", body={"url": PUBLIC, "after": first}), 410)
    assert problem["oldest"] > first
