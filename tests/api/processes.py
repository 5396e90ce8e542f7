"""The API as a process of its own, and clients that hold connections open to it."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from cli.local.service import free_port
from tests import programs
from tests.plain_http import PLAIN

SERVE = "from api.server import serve; from gridfeed.settings import load; serve(load())"
KINDS = {"CREATED", "UPDATED", "CORRECTED", "FINALIZED"}
PATIENCE = 60.0


@dataclass
class Served:
    """One process; `start` again after `stop` or `kill` gives it the same port."""

    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: programs.Program | None = None
    #: Where its output goes.
    log: Path = Path(os.devnull)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/ws"

    def start(self) -> Self:
        environment = {
            **{
                name: os.environ[name]
                for name in ("PATH", "PYTHONPATH", "PYTHONTZPATH")
                if name in os.environ
            },
            "GRIDFEED_DATABASE_URL": self.database_url,
            "GRIDFEED_API_PORT": str(self.port),
            **self.settings,
        }
        self.process = programs.start("serve", environment=environment, output=self.log)
        with httpx.Client(**PLAIN) as client:
            until(lambda: self._ready(client))
        return self

    def _ready(self, client: httpx.Client) -> bool:
        try:
            return client.get(f"{self.url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def terminate(self) -> int:
        """Stop it as an operator does; return its exit code."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)

    def get(self, path: str, token: str = "all", **parameters: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(self.url + path, params=parameters, headers=headers, timeout=90, **PLAIN)


@contextmanager
def served(database_url: str, **settings: str) -> Iterator[Served]:
    process = Served(database_url, settings)
    try:
        yield process.start()
    finally:
        process.kill()


def until(condition: Any, seconds: float = PATIENCE) -> None:
    """Wait for something that another process or thread does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s")
        time.sleep(0.02)


@dataclass
class Stream:
    """An EventSource in a thread: parses as the HTML standard says, keeps the last event id."""

    url: str
    parameters: dict[str, str] = field(default_factory=dict)
    token: str = "all"
    last_event_id: str | None = None
    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    status: int | None = None
    document: dict[str, Any] | None = None
    retry: int | None = None
    comments: int = 0
    ended_at: float | None = None

    def open(self) -> Self:
        self.status, self.ended_at = None, None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        until(lambda: self.status is not None or self.ended_at is not None)
        return self

    @property
    def ids(self) -> list[str]:
        return [id_ for kind, id_, _ in self.events if kind in KINDS]

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [data for kind, _, data in self.events if kind in KINDS]

    @property
    def farewells(self) -> list[str]:
        return [kind for kind, _, _ in self.events if kind not in KINDS]

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        until(lambda: len(self.ids) >= count)
        return self.changes

    def wait_for_end(self) -> None:
        until(lambda: self.ended_at is not None)

    def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        if self.last_event_id is not None:
            headers["Last-Event-ID"] = self.last_event_id
        try:
            with httpx.stream(
                "GET", f"{self.url}/v1/stream", params=self.parameters, headers=headers,
                timeout=httpx.Timeout(30, read=60), **PLAIN,
            ) as answer:  # fmt: skip
                if answer.status_code != 200:
                    self.document = json.loads(answer.read())
                    self.status = answer.status_code
                    return
                assert answer.headers["content-type"].startswith("text/event-stream")
                self.status = 200
                self._parse(answer.iter_lines())
        except httpx.TransportError:
            pass  # as when a network or a server is gone
        finally:
            self.ended_at = time.monotonic()

    def _parse(self, lines: Iterator[str]) -> None:
        kind, data, last = "", [], self.last_event_id
        for line in lines:
            if not line:
                self.last_event_id = last
                if data:
                    self.events.append((kind, last or "", json.loads("\n".join(data))))
                kind, data = "", []
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "":
                self.comments += 1
            elif name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif name == "id":
                last = value
            elif name == "retry":
                self.retry = int(value)
