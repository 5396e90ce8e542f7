"""Whatever is killed, every subscriber gets every change once and in order.

`make push-story` is the long version.
"""

from pathlib import Path

import pytest

from tests.e2e.push.story import SECONDS_A_SERVER, Story


@pytest.mark.slow
@pytest.mark.timeout(0)
async def test_killed_servers_and_clients_lose_nothing_and_get_nothing_twice(
    database_url: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """And what the feed says, over the first snapshot, is what REST says of every segment."""

    def chosen(name: str, otherwise: float) -> float:
        return float(pytestconfig.getoption(f"push_{name}", otherwise))

    clients, seconds = int(chosen("clients", 60)), chosen("seconds", 30)
    story = Story(
        database_url, tmp_path, clients, seconds, chosen("rate", 500),
        projects=max(10, clients // 10),
    )  # fmt: skip
    told = await story.run()
    print(told)
    assert told["wrong"] == []
    assert told["servers_killed"] + told["servers_stopped"] >= seconds / SECONDS_A_SERVER
    assert told["changes"] > 0
    assert told["deliveries"] > told["changes"]
    assert told["connections"] > clients
    assert told["intervals_compared"] > 0
