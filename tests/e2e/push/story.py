"""Two API processes, a writer and crowds of clients; all but the writer are killed at random."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from gridfeed.domain.published.feed_position import change_id
from tests.api.processes import Served, served
from tests.e2e.push.crowd import EVERYTHING, Order
from tests.e2e.push.plant import declare, followers

#: Seconds between two kills of processes.
BETWEEN = (2.0, 8.0)
#: Of how many seconds each one server ends at least; the story is longer where starting is slow.
SECONDS_A_SERVER = 15
TRUTH = (
    "SELECT c.xid, c.seq, b.cds_productionproject_id FROM change c"
    " JOIN membership b USING (meter_id) ORDER BY c.xid, c.seq"
)


@dataclass
class Story:
    """What happens. rate: changes a second."""

    database_url: str
    folder: Path
    clients: int
    seconds: float
    rate: float
    crowds: int = 2
    projects: int = 20
    told: dict[str, Any] = field(default_factory=dict)

    async def run(self) -> dict[str, Any]:
        """Let it happen; return what was counted, and what is `wrong`."""
        await self._declare()
        with ExitStack() as stack:
            servers = [stack.enter_context(self._served()) for _ in range(2)]
            crowds = [_Crowd(path) for path in self._orders(servers)]
            for crowd in crowds:
                stack.callback(crowd.kill)
                crowd.start()
            writer = stack.enter_context(self._writing())
            began = time.monotonic()
            kills = self._trouble(servers, crowds)
            seconds = time.monotonic() - began
            changes = int(writer.communicate()[0])
            truth = await self._truth()
            results = [crowd.finish(truth) for crowd in crowds]
        return {
            "changes": changes,
            "changes_per_second": changes / seconds,
            **kills,
            "wrong": [fault for each in results for fault in each["wrong"]],
        } | {
            name: sum(each[name] for each in results)
            for name in ("deliveries", "connections", "resyncs", "intervals_compared")
        }

    async def _declare(self) -> None:
        connection = await asyncpg.connect(self.database_url)
        await declare(connection, self.projects)
        await connection.close()

    @contextmanager
    def _served(self) -> Iterator[Served]:
        with served(self.database_url, GRIDFEED_STREAM_SEND_SECONDS="3") as process:
            yield process

    def _orders(self, servers: list[Served]) -> Iterator[Path]:
        every = followers(self.clients, self.projects)
        for number in range(self.crowds):
            path = self.folder / f"crowd-{number}.json"
            disk = str(path.with_suffix(".disk"))
            Order([s.url for s in servers], every[number :: self.crowds], disk, number).write(path)
            yield path

    @contextmanager
    def _writing(self) -> Iterator["subprocess.Popen[str]"]:
        module = [sys.executable, "-m", "tests.e2e.push.writer"]
        with subprocess.Popen(
            [*module, self.database_url, str(self.rate)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.kill()

    def _trouble(self, servers: list[Served], crowds: list["_Crowd"]) -> dict[str, int]:
        """Kill and restart until the time is over: mostly servers, a third of them in peace."""
        dice = random.Random(11)
        counted = {"servers_killed": 0, "servers_stopped": 0, "crowds_killed": 0}
        until = time.monotonic() + self.seconds
        while (left := until - time.monotonic()) > 0 or self._too_few(counted):
            time.sleep(max(0, min(left, dice.uniform(*BETWEEN))))
            chance = dice.random()
            if chance < 0.25:
                crowd = dice.choice(crowds)
                crowd.kill()
                crowd.start()
                counted["crowds_killed"] += 1
                continue
            server = dice.choice(servers)
            if chance < 0.5:
                server.terminate()
                counted["servers_stopped"] += 1
            else:
                server.kill()
                counted["servers_killed"] += 1
            time.sleep(dice.uniform(0, 2))
            server.start()
        return counted

    def _too_few(self, counted: dict[str, int]) -> bool:
        ended = counted["servers_killed"] + counted["servers_stopped"]
        return ended < self.seconds / SECONDS_A_SERVER

    async def _truth(self) -> Path:
        """Write the ids of all changes, in order, by project."""
        ids: dict[str, list[str]] = {EVERYTHING: []}
        for xid, seq, project in await _rows(self.database_url):
            ids[EVERYTHING].append(change_id((xid, seq)))
            ids.setdefault(project, []).append(change_id((xid, seq)))
        path = self.folder / "truth.json"
        path.write_text(json.dumps(ids))
        return path


async def _rows(url: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(TRUTH)
    await connection.close()
    return rows


class _Crowd:
    def __init__(self, order: Path) -> None:
        self._order = order
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.e2e.push.crowd", str(self._order)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "running\n"

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)

    def finish(self, truth: Path) -> dict[str, Any]:
        assert self._process
        said, _ = self._process.communicate(f"{truth}\n", timeout=300)
        found: dict[str, Any] = json.loads(said)
        return found
