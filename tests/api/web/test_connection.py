"""Connections that bring no request in time, or one that is too large, end; others do not."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

import httpx
import psutil
import pytest

from api.server import build_app
from api.serving import Config, Server, new_server
from api.web.transport.connection import MOST_BODY_BYTES, MOST_HEAD_BYTES
from cli.bench import rest_server
from gridfeed.settings import load
from tests.api import processes
from tests.api.application import settings_for
from tests.api.builders import Store
from tests.api.served import served
from tests.plain_http import PLAIN

#: Long enough for a busy machine to tell an end from none.
PATIENCE = 30.0
HASTE = {"api_head_seconds": 1.0, "api_body_seconds": 1.0, "api_idle_seconds": 1.0}
TOKEN = {"Authorization": "Bearer all"}
FEW_FILES = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (600, 600));"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def hasty(module_database_url: str) -> Iterator[str]:
    """A server that waits for a second."""
    settings = settings_for(module_database_url, **HASTE)
    with served(build_app(settings), settings) as url:
        yield url


@pytest.fixture
def lenient(module_database_url: str) -> Iterator[str]:
    """A server that waits for longer than a busy machine may pause."""
    settings = settings_for(module_database_url, **HASTE | {"api_idle_seconds": 3.0})
    with served(build_app(settings), settings) as url:
        yield url


@pytest.fixture(scope="module")
def patient(module_database_url: str) -> Iterator[str]:
    settings = settings_for(module_database_url)
    with served(build_app(settings), settings) as url:
        yield url


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    parts = httpx.URL(url)
    with closing(socket.create_connection((parts.host, parts.port), PATIENCE)) as found:
        yield found


def until_closed(connection: socket.socket, trickle: bytes = b"") -> bytes:
    """Return what comes until the server closes, sending a byte every now and then."""
    received, ends_at, rest = b"", time.monotonic() + PATIENCE, iter(trickle)
    connection.settimeout(0.2)
    while time.monotonic() < ends_at:
        try:
            if (byte := next(rest, None)) is not None:
                connection.sendall(bytes([byte]))
            data = connection.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return received
        if not data:
            return received
        received += data
    pytest.fail(f"still open after {PATIENCE} s; received {received!r}")


@pytest.mark.parametrize(
    ("sent", "trickle", "status"),
    [
        (b"", b"", b""),
        (b"\r\n", b"\r\n" * 1000, b""),
        (b"GET /healthz HT", b"", b"408"),
        (GET, b"X-Slow: " + b"a" * 1000, b"408"),
        (b"POST /v1/webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{", b"", b"4"),
        (GET + b"Content-Length: 5000\r\n\r\n", b"a" * 4999, b"200"),
        (GET + b"\r\n", b"", b"200"),
        (GET + b"\r\n" + b"GET /", b"a" * 1000, b"200"),
    ],
    ids=[
        "nothing at all", "empty lines", "half a line", "a trickling header",
        "a body without its end", "a trickling body that nobody reads", "no second request",
        "a trickling second head",
    ],
)  # fmt: skip
def test_a_connection_that_brings_no_request_in_time_is_closed(
    hasty: str, sent: bytes, trickle: bytes, status: bytes
) -> None:
    with connected(hasty) as connection:
        connection.sendall(sent)
        answer = until_closed(connection, trickle)
    if status:
        assert answer.startswith(b"HTTP/1.1 " + status)
    else:
        assert answer == b""


async def test_the_times_are_the_clients_an_answer_may_take_longer(
    store: Store, database_url: str
) -> None:
    await store.client()
    settings = settings_for(database_url, **HASTE)
    with served(build_app(settings), settings) as url:
        async with httpx.AsyncClient(
            base_url=url, headers=TOKEN, timeout=PATIENCE, **PLAIN
        ) as client:
            after = (await client.get("/v1/changes")).json()["next"]
            answer = await client.get("/v1/changes", params={"after": after, "wait": 4})
    assert answer.json()["changes"] == []


def test_an_answer_that_nobody_takes_is_not_kept_for_ever(hasty: str) -> None:
    """Nor those to the requests behind it."""
    parts = httpx.URL(hasty)
    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((parts.host, parts.port))
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 60)
        mine = connection.getsockname()[1]
        processes.until(lambda: mine in peers())  # the server runs in this process
        # Before the kernel gives it up, after 50 s.
        processes.until(lambda: mine not in peers(), 30)


def peers() -> set[int]:
    """Return the ports that connections of this process lead to."""
    every = psutil.Process().net_connections("tcp")
    return {each.raddr.port for each in every if each.raddr and each.status == "ESTABLISHED"}


def test_a_kept_connection_is_answered_again_and_again_while_it_asks(lenient: str) -> None:
    with connected(lenient) as connection:
        ends_at = time.monotonic() + 5
        while time.monotonic() < ends_at:
            connection.sendall(GET + b"\r\n")
            answer = b""
            while not answer.endswith(b'{"alive":true}'):
                more = connection.recv(65536)
                assert more, answer
                answer += more
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(0.1)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * MOST_HEAD_BYTES, b"431"),
        (GET + b"X-Long: " + b"a" * (MOST_HEAD_BYTES + 40_000), b"431"),
        (GET + b"X: y\r\n" * (MOST_HEAD_BYTES // 5), b"431"),
        (b"GET /healthz?" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no TLS here", b"400"),
    ],
    ids=["URL", "one header", "many headers", "URL behind its limit", "no HTTP", "TLS"],
)
def test_what_is_too_large_or_no_request_is_refused_with_a_problem_document(
    patient: str, sent: bytes, status: bytes
) -> None:
    with connected(patient) as connection:
        connection.sendall(sent)
        answer = until_closed(connection)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"content-type: application/problem+json" in answer


def test_a_body_that_nobody_asked_for_ends_somewhere(patient: str) -> None:
    with connected(patient) as connection:
        connection.sendall(GET + b"Content-Length: 1000000000\r\n\r\n")
        sent = 0
        with suppress(OSError):  # a reset or a broken pipe
            while sent < 1_000_000_000:
                sent += connection.send(b"a" * 65536)
    assert sent < 10 * MOST_BODY_BYTES


def test_what_two_slices_hold_is_read_as_one(patient: str) -> None:
    """Requests that come at once are answered in turn, wherever the bytes are cut."""
    with connected(patient) as connection:
        connection.sendall((GET + b"X: " + b"a" * 20_000 + b"\r\n\r\n") * 5)
        received = b""
        while received.count(b'{"alive":true}') < 5:
            received += connection.recv(65536)


def test_more_connections_than_files_leave_the_api_alive_and_quiet(database_url: str) -> None:
    port = processes.free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", FEW_FILES + processes.SERVE],
        env={"GRIDFEED_DATABASE_URL": database_url, "GRIDFEED_API_PORT": str(port)},
        stderr=subprocess.PIPE,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        processes.until(lambda: alive(url))
        with ExitStack() as held, connected(url) as early:
            for _ in range(900):
                held.enter_context(connected(url))
            early.sendall(GET + b"\r\n")
            assert early.recv(65536).startswith(b"HTTP/1.1 200")
        processes.until(lambda: alive(url))
        refused = httpx.get(f"{url}/metrics", **PLAIN).text
        assert "gridfeed_api_connections_refused_total 0.0" not in refused
    finally:
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.count(b"\n") < 30, said


def alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", **PLAIN).status_code == 200
    except httpx.TransportError:
        return False


def test_there_is_one_server_for_users_tests_and_benches() -> None:
    server = new_server(build_app(load()), load())
    assert (type(server), type(server.config)) == (Server, Config)
    assert rest_server.serve_app.__globals__["new_server"] is new_server
