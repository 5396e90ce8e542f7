"""Many clients in one process, which may be killed at any moment and started again.

    python -m tests.e2e.push.crowd ORDER.json

Prints a line when it runs. A line of input names the file with what every client must have got;
once all have it, or after PATIENCE_SECONDS, it prints what is wrong as JSON and ends.
"""

import asyncio
import json
import pickle
import random
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from tests.e2e.push.client import Client, Kept, linked, snapshot
from tests.e2e.push.plant import Follower

PATIENCE_SECONDS = 120.0
KEEP_SECONDS = 1.0
#: Of each client, a second: how often it is killed, and how often it takes nothing for a while.
KILLED, DAWDLES = 1 / 30, 1 / 60
EVERYTHING = "*"


@dataclass(frozen=True)
class Order:
    """Who follows where. disk: what survives a kill of this process."""

    servers: list[str]
    followers: list[Follower]
    disk: str
    seed: int

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: str) -> "Order":
        told = json.loads(Path(path).read_text())
        return cls(**told | {"followers": [Follower(**each) for each in told["followers"]]})


class Crowd:
    """The clients of an order, going on from what was kept."""

    def __init__(self, order: Order) -> None:
        self._order, self._disk = order, Path(order.disk)
        self._dice = random.Random(order.seed)
        kept = pickle.loads(self._disk.read_bytes()) if self._disk.exists() else {}
        self.clients = [
            Client(who, kept.get(who.name, Kept()), order.servers, self._dice)
            for who in order.followers
        ]

    async def trouble(self) -> None:
        """Kill clients and let them dawdle, keep what they have, for ever."""
        seconds = 0.0
        async with asyncio.TaskGroup() as group:
            while True:
                await asyncio.sleep(0.1)
                for client in self.clients:
                    if self._dice.random() < KILLED / 10:
                        client.kill()
                    if self._dice.random() < DAWDLES / 10:
                        group.create_task(client.dawdle(self._dice.uniform(0.5, 5)))
                seconds += 0.1
                if seconds >= KEEP_SECONDS:
                    seconds = 0.0
                    self.keep()

    def keep(self) -> None:
        """Write what all of them have; whole or not at all."""
        new = self._disk.with_suffix(".new")
        new.write_bytes(pickle.dumps({each.who.name: each.kept for each in self.clients}))
        new.replace(self._disk)

    async def arrived(self, truth: Mapping[str, Sequence[str]]) -> None:
        """Wait until everybody has seen the end."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(  # noqa: ASYNC110
                each.kept.began is None
                or each.kept.last < truth[each.who.project or EVERYTHING][-1]
                for each in self.clients
            ):
                await asyncio.sleep(0.1)

    async def judged(self, truth: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Compare everybody with the truth, and with what REST says now."""
        wrong = [fault for each in self.clients for fault in each.wrong]
        compared = 0
        for client in self.clients:
            wrong += _difference(client.who, client.kept, truth[client.who.project or EVERYTHING])
            if client.who.valued:
                rest = await snapshot(self._order.servers[0], client.who)
                compared += len(rest)
                if rest != client.kept.values:
                    odd = sorted(rest.items() ^ client.kept.values.items())[:4]
                    wrong.append(f"{client.who.name}: REST and feed differ: {odd}")
        return {
            "wrong": wrong[:20],
            "deliveries": sum(each.kept.changes for each in self.clients),
            "connections": sum(each.connections for each in self.clients),
            "resyncs": sum(each.kept.resyncs for each in self.clients),
            "intervals_compared": compared,
        }


def _difference(who: Follower, kept: Kept, truth: Sequence[str]) -> list[str]:
    if kept.began is None:
        return [f"{who.name}: has not begun"]
    due = truth[bisect_right(truth, kept.began) :]
    if kept.chain == reduce(linked, due, b""):
        return []
    return [f"{who.name}: {kept.changes} changes behind {kept.began}, of {len(due)}"]


def _read(path: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(Path(path).read_text())
    return found


async def main(path: str) -> None:
    """Do what the module's text says."""
    crowd = Crowd(Order.read(path))
    tasks = [asyncio.create_task(client.run()) for client in crowd.clients]
    trouble = asyncio.create_task(crowd.trouble())
    print("running", flush=True)
    told = await asyncio.to_thread(sys.stdin.readline)
    trouble.cancel()
    truth = await asyncio.to_thread(_read, told.strip())
    late: list[str] = []
    try:
        await crowd.arrived(truth)
    except TimeoutError:
        late = ["not everybody has seen the end"]
    for task in tasks:
        task.cancel()
    result = await crowd.judged(truth)
    print(json.dumps(result | {"wrong": late + result["wrong"]}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
