"""Every change reaches every reader once and in order, whatever happens on the way."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import asyncpg
import pytest

from tests.api.builders import Store, utc
from tests.api.processes import Served, Stream, served, until

pytestmark = pytest.mark.embedded

INSERT = (
    "INSERT INTO change (kind, meter_id, production_format, channel, interval_from, interval_to,"
    " interval_seconds) SELECT 'CREATED', meter_id, 'scada', 'GROSS', $1::timestamptz,"
    " $1::timestamptz + interval '5 minutes', 300 FROM meter"
)


@pytest.fixture
async def feed(store: Store) -> Store:
    """A project with a meter, and a token."""
    await store.project()
    await store.meter()
    await store.client()
    return store


@pytest.fixture
def server(feed: Store, database_url: str) -> Iterator[Served]:
    with served(database_url, GRIDFEED_STREAM_SEND_SECONDS="2") as running:
        yield running


def polled(server: Served, **parameters: object) -> list[str]:
    """Every change id of the poll feed."""
    ids: list[str] = []
    after = "0"
    while True:
        document = server.get("/v1/changes", after=after, limit=1000, **parameters).json()
        if document["next"] == after:
            return ids
        ids += [change["change_id"] for change in document["changes"]]
        after = document["next"]


async def publish(url: str, count: int, rate: float) -> None:
    """Publish `count` changes, `rate` a second, one transaction each."""
    async with Store(url) as store:
        for _ in range(count):
            await store.change()
            await asyncio.sleep(1 / rate)


def replace(victim: Served, other: Served, clients: list[Stream]) -> None:
    """Kill a process, let its clients go on with the other, and start it again."""
    victim.kill()
    for client in clients:
        if client.url == victim.url:
            client.wait_for_end()
            client.url = other.url
            client.open()
    victim.start()


async def test_a_change_held_back_for_five_seconds_is_skipped_by_nobody(
    feed: Store, server: Served, database_url: str
) -> None:
    """The transaction that began first commits last; what came between waits for it."""
    await feed.change()  # TimescaleDB makes the day's chunk with it, which would hold up the others
    await feed.settle()
    stream = Stream(server.url).open()
    socketed = Stream(server.url, {"coalesce": "true"}).open()

    async def held() -> None:
        slow = await asyncpg.connect(database_url)
        await slow.execute("BEGIN")
        await slow.execute(INSERT, utc("2026-03-01"))
        fast = await asyncpg.connect(database_url)
        await fast.execute(INSERT, utc("2026-03-02"))
        await asyncio.sleep(5)
        assert stream.ids == []
        await slow.execute("COMMIT")
        await slow.close()
        await fast.close()

    await held()
    for reader in (stream, socketed):
        days = [change["interval_from"][8:10] for change in reader.wait_for(2)]
        assert days == ["01", "02"]
    assert stream.ids == polled(server)[1:]


@pytest.mark.slow
async def test_streams_cut_and_processes_killed_lose_and_double_nothing(
    feed: Store, database_url: str
) -> None:
    """Thirty clients, two processes, kills at bad moments; every client goes on with its id."""
    servers = [Served(database_url).start(), Served(database_url).start()]
    clients = [Stream(servers[n % 2].url, {"after": "0"}).open() for n in range(30)]
    writer = asyncio.create_task(publish(database_url, count=300, rate=60))
    try:
        for turn in range(4):
            await asyncio.sleep(1)
            victim, other = servers[turn % 2], servers[(turn + 1) % 2]
            await asyncio.to_thread(replace, victim, other, clients)
        await writer
        await feed.settle()
        expected = polled(servers[0])
        assert len(expected) == len(set(expected)) == 300
        for client in clients:
            client.wait_for(300)
            assert client.ids == expected
    finally:
        for server in servers:
            server.kill()


@pytest.mark.slow
async def test_a_client_that_takes_nothing_is_cut_and_the_others_do_not_notice(
    feed: Store, server: Served
) -> None:
    """20 MB for a client that reads none of it; it is cut in seconds, with its cursor intact."""
    lazy = socket.socket()
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    lazy.connect(("127.0.0.1", server.port))
    request = "GET /v1/stream?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer all\r\n\r\n"
    lazy.sendall(request.encode())
    eager = Stream(server.url, {"after": "0"}).open()
    await feed.execute(
        "INSERT INTO change (kind, meter_id, production_format, channel, interval_from,"
        " interval_to, interval_seconds) SELECT 'CREATED', meter_id, 'scada', 'GROSS',"
        " '2026-03-01Z', '2026-03-01T00:05Z', 300 FROM meter, generate_series(1, 40000)"
    )
    eager.wait_for(40_000)
    until(lambda: 'gridfeed_streams_ended_total{reason="slow"} 1.0' in server.get("/metrics").text)
    lazy.settimeout(5)
    received = b""
    while part := _part(lazy):
        received += part
    ids = [line[4:].decode() for line in received.split(b"\n") if line.startswith(b"id: ")]
    assert len(ids) < 40_000
    resumed = Stream(server.url, last_event_id=ids[-2]).open()
    resumed.wait_for(40_000 - len(ids) + 1)
    assert ids[:-1] + resumed.ids == eager.ids == polled(server)


def _part(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except (TimeoutError, ConnectionError):
        return b""


async def test_a_client_behind_gets_open_updates_coalesced_if_it_wants(
    feed: Store, server: Served
) -> None:
    course = [("CREATED", "first")] + [("UPDATED", "samples")] * 50 + [("FINALIZED", None)]
    for kind, cause in course:
        await feed.change(meter="m", kind=kind, cause=cause, delta_microkwh=1_000_000)
    await feed.settle()
    answer = server.get("/v1/changes", coalesce="true").json()
    kinds = [(change["kind"], change.get("coalesced")) for change in answer["changes"]]
    assert kinds == [("CREATED", None), ("UPDATED", 50), ("FINALIZED", None)]
    assert answer["changes"][1]["delta_energy"] == 50
    stream = Stream(server.url, {"after": "0", "coalesce": "true"}).open()
    assert [change.get("coalesced") for change in stream.wait_for(3)] == [None, 50, None]
    every = Stream(server.url, {"after": "0"}).open()
    assert len(every.wait_for(52)) == 52


async def test_a_long_poll_answers_when_something_comes(feed: Store, server: Served) -> None:
    answers: list[tuple[float, list[str], str]] = []

    def poll(**parameters: object) -> None:
        started = time.monotonic()
        document = server.get("/v1/changes", **parameters).json()
        ids = [change["change_id"] for change in document["changes"]]
        answers.append((time.monotonic() - started, ids, document["next"]))

    thread = threading.Thread(target=poll, kwargs={"after": "0", "wait": 50})
    thread.start()
    await asyncio.sleep(1)
    await feed.change()
    thread.join()
    seconds, ids, next_ = answers[0]
    assert 1 <= seconds < 40
    assert ids == [next_]
    poll(after=next_, wait=1, meter_numbers="other")
    assert answers[1][1:] == ([], next_)
    assert answers[1][0] >= 1


@pytest.mark.parametrize("wait", ["61", "-1", "soon"])
def test_a_wait_is_bounded(server: Served, wait: str) -> None:
    assert server.get("/v1/changes", wait=wait).status_code == 400


def test_a_stopping_server_answers_a_long_poll_at_once(feed: Store, server: Served) -> None:
    found: list[int] = []
    thread = threading.Thread(
        target=lambda: found.append(server.get("/v1/changes", wait=60).status_code)
    )
    thread.start()
    time.sleep(1)
    assert server.terminate() == 0
    thread.join(5)
    assert found == [200]
