"""Several processes on one port: each answers, one that dies comes back, a signal ends all."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.api.processes import SERVE, free_port, until
from tests.plain_http import PLAIN

COUNT = 3
HEALTH = r'gridfeed_api_requests_total\{{method="GET",process="{}",route="/healthz",status="200"\}}'


class Api:
    def __init__(self, database_url: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            env={
                "GRIDFEED_DATABASE_URL": database_url,
                "GRIDFEED_API_PORT": str(port),
                "GRIDFEED_API_WORKERS": str(COUNT),
            },
        )

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def answering(self) -> set[str]:
        """Return the numbers of the processes that answer."""
        text = self.get("/metrics")
        return set(re.findall(r'gridfeed_api_process_answers\{process="(\d)"\} 1.0', text))

    def get(self, path: str) -> str:
        """Ask on a new connection; nothing while nobody answers."""
        try:
            return httpx.get(self.url + path, **PLAIN).text
        except httpx.TransportError:
            return ""

    def answered(self) -> dict[str, int]:
        """Return how often each process told that it is alive."""
        text = self.get("/metrics")
        found = {each: re.search(HEALTH.format(each) + r" (\d+)", text) for each in "012"}
        return {each: int(match[1]) for each, match in found.items() if match}


@contextmanager
def running(database_url: str) -> Iterator[Api]:
    api = Api(database_url)
    children: list[psutil.Process] = []
    try:
        until(lambda: len(api.answering()) == COUNT)
        children = api.children()
        yield api
    finally:
        api.process.kill()
        for child in children:
            if child.is_running():
                child.kill()


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        yield found


def test_all_processes_answer_and_each_of_them_tells_the_metrics_of_all(api: Api) -> None:
    before = sum(api.answered().values())
    for _ in range(60):
        assert api.get("/healthz") == '{"alive":true}'
    assert sum(api.answered().values()) == before + 60
    assert all(api.answered()[each] > 0 for each in "012")


def test_a_process_that_dies_is_started_again_on_the_same_port(api: Api) -> None:
    killed = api.children()[0]
    killed.kill()
    until(lambda: killed.pid not in [child.pid for child in api.children()])
    until(lambda: len(api.children()) == COUNT and len(api.answering()) == COUNT)
    for _ in range(30):
        assert api.get("/healthz") == '{"alive":true}'


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_of_them_with_success(database_url: str, number: signal.Signals) -> None:
    with running(database_url) as api:
        children = api.children()
        api.process.send_signal(number)
        assert api.process.wait(60) == 0
        assert [child for child in children if child.is_running()] == []


def test_none_outlives_the_process_that_started_them(database_url: str) -> None:
    with running(database_url) as api:
        children = api.children()
        api.process.kill()
        until(lambda: not any(child.is_running() for child in children))
