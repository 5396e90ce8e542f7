"""The feed in Kafka: every change, in order for each meter, whatever becomes of its publishers."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import psutil
import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from gridfeed.kafka.topics import changes_topic
from gridfeed.settings import Settings
from stream.changes_out import BEHIND_PER_SECOND, PAGE, ChangesOut
from tests import services
from tests.programs import Program
from tests.stream.feed_out import FILL, FeedOut, eventually, feed_out, read_change

SESSION_SECONDS = 2.0
BEHIND = "SELECT FROM change c, changes_out o WHERE (c.xid, c.seq) > (o.xid, o.seq)"


@pytest.fixture
async def out(
    kafka: str, database_url: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[FeedOut]:
    """A feed and its topic of four partitions; nobody publishes yet."""
    settings = Settings(
        kafka_bootstrap=kafka,
        database_url=SecretStr(database_url),
        topic_prefix=topic_prefix,
        kafka_session_seconds=SESSION_SECONDS,
    )
    await services.create_topics(kafka, changes_topic(settings), partitions=4)
    async with feed_out(settings, tmp_path / "log") as out:
        yield out


async def elected(out: FeedOut, *, after: Program | None = None) -> Program:
    """Return the process that publishes, once there is one; another one than `after`."""
    found: list[Program] = []

    async def look() -> bool:
        port = await out.publisher_port()
        found[:] = [
            process
            for process in out.processes
            if process is not after
            and process.poll() is None
            and port in {each.laddr.port for each in psutil.Process(process.pid).net_connections()}
        ]
        return bool(found)

    await eventually(look)
    return found[0]


async def published_by(out: FeedOut, seconds: float) -> ChangesOut:
    """Publish inside this process for a while."""
    publishing = ChangesOut(out.settings)

    try:
        await asyncio.wait_for(publishing.run_for_ever(), seconds)
    except TimeoutError:
        await publishing.close()
    return publishing


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_change_says_what_it_is_and_how_long_each_leg_took(out: FeedOut) -> None:
    before = metric("gridfeed_change_leg_seconds_count", leg="observed_to_ingested")
    await out.write(1)
    await published_by(out, 3)
    (message,) = await out.topic()
    change = read_change(message.value)
    ((change_id, meter),) = await out.feed()
    assert message.key == meter.encode() == b"m1"
    assert (change["change_id"], change["kind"], change["cause"]) == (
        change_id, "UPDATED", "samples"
    )  # fmt: skip
    assert change["cds_productionproject_id"] == "p"
    assert change["delta_kwh"] == Decimal("-0.125000")
    assert change["t_stored"] == change["recorded_at"]
    legs = [change[f"t_{end}"] for end in ("observed", "ingested", "stored", "published")]
    assert legs == sorted(legs)
    assert legs[1] - legs[0] > timedelta(seconds=0.99)
    assert metric("gridfeed_change_leg_seconds_count", leg="observed_to_ingested") == before + 1


async def test_a_page_that_is_full_is_followed_by_the_next(out: FeedOut) -> None:
    await out.write(700)
    await out.write(800)
    await published_by(out, 4)
    assert await out.assert_every_change_once_and_in_order() == 0


async def test_a_worker_that_is_behind_with_its_input_publishes_slowly(out: FeedOut) -> None:
    await out.write(10_000)
    loop = asyncio.get_running_loop()
    begun, publishing = loop.time(), ChangesOut(out.settings, lambda: True)
    task = asyncio.create_task(publishing.run_for_ever())
    while len(found := await out.topic()) < PAGE:
        assert not task.done()
    task.cancel()
    await publishing.close()
    assert len(found) <= (loop.time() - begun) * BEHIND_PER_SECOND + 2 * PAGE


async def test_a_publisher_goes_on_where_the_last_one_ended(out: FeedOut) -> None:
    await out.write(30)
    await published_by(out, 2.5)
    await out.write(30)
    await published_by(out, 2.5)
    assert await out.assert_every_change_once_and_in_order() == 0


async def test_a_change_of_a_transaction_that_is_held_up_is_not_left_behind(out: FeedOut) -> None:
    await out.write(1)  # a chunk that is new is made by one transaction, and the others wait for it

    slow = await asyncpg.connect(out.settings.database_url.get_secret_value())
    fast = await asyncpg.connect(out.settings.database_url.get_secret_value())
    publishing = asyncio.create_task(ChangesOut(out.settings).run_for_ever())
    held = slow.transaction()
    await held.start()
    await slow.execute(FILL, 5)
    await fast.execute(FILL, 5)
    await asyncio.sleep(2)
    assert len(await fast.fetch(BEHIND)) == 5, "and the five in flight that nobody sees yet"
    await held.commit()
    await asyncio.sleep(1.5)
    publishing.cancel()
    await slow.close()
    await fast.close()
    assert len(await out.topic()) == 11
    assert await out.assert_every_change_once_and_in_order() == 0


async def test_what_left_the_feed_unpublished_is_counted_and_the_rest_published(
    out: FeedOut,
) -> None:
    await out.write(5)
    await published_by(out, 2.5)
    await out.write(5)
    await out.write(5)
    await out.fetch("UPDATE feed_floor SET (xid, seq) = (SELECT xid, max(seq) FROM change"
              " GROUP BY xid ORDER BY xid OFFSET 1 LIMIT 1)")  # fmt: skip
    lost = metric("gridfeed_changes_out_lost_total")
    await published_by(out, 2.5)
    assert metric("gridfeed_changes_out_lost_total") == lost + 1
    assert len(await out.topic()) == 10


async def test_a_broker_that_is_away_is_named_with_its_setting(out: FeedOut) -> None:
    nowhere = out.settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"})
    publishing = await published_by(FeedOut(nowhere, out.log), 12)
    (said,) = publishing.missing()
    assert said.startswith(f"{changes_topic(nowhere)}: not published;")
    assert "GRIDFEED_KAFKA_BOOTSTRAP" in said


@pytest.mark.fault
@pytest.mark.slow
async def test_kills_of_the_publisher_lose_nothing_and_keep_the_order_of_every_meter(
    out: FeedOut,
) -> None:
    for _ in range(2):
        out.start()
    for _ in range(8):
        publisher = await elected(out)
        for _ in range(6):
            await out.write(400)
            await asyncio.sleep(0.05)
        publisher.kill()
        publisher.wait()
        out.start()
    await out.wait_until_published()
    assert len(await out.feed()) == 8 * 6 * 400
    repeated = await out.assert_every_change_once_and_in_order()
    assert repeated <= 8 * 500, "at most the page in hand is sent again"


@pytest.mark.fault
@pytest.mark.slow
async def test_one_of_many_publishes_and_another_takes_over_when_it_is_gone(out: FeedOut) -> None:
    for _ in range(3):
        out.start()
    first = await elected(out)
    await out.write(50)
    await out.wait_until_published()
    assert len(await out.fetch("SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
                         " AND database = (SELECT oid FROM pg_database"
                         " WHERE datname = current_database())")) == 1  # fmt: skip
    first.kill()
    first.wait()
    await elected(out, after=first)
    await out.write(50)
    await out.wait_until_published()
    assert await out.assert_every_change_once_and_in_order() == 0


@pytest.mark.fault
@pytest.mark.slow
async def test_a_publisher_that_was_frozen_makes_room_and_does_not_go_backwards(
    out: FeedOut,
) -> None:
    for _ in range(2):
        out.start()
    frozen = await elected(out)
    await out.write(4000)
    frozen.send_signal(signal.SIGSTOP)
    other = await elected(out, after=frozen)
    await out.write(500)
    await out.wait_until_published()
    reached = await out.position()
    frozen.send_signal(signal.SIGCONT)
    seen = []
    for _ in range(20):
        await out.write(20)
        seen.append(await out.position())
        await asyncio.sleep(0.2)
    assert min(seen) >= reached
    assert seen == sorted(seen)
    assert await elected(out) is other
    await out.wait_until_published()
    await out.assert_every_change_once_and_in_order()
