"""Under kills of workers, API, broker and database nothing is lost, doubled or wrong."""

import random
from collections.abc import Sequence
from statistics import quantiles

import pytest
from aiokafka import AIOKafkaProducer

from gridfeed.kafka.topics import dead_letters_topic
from tests.cli.kafka_contents import read_contents
from tests.e2e.load import assert_topic_is_whole
from tests.e2e.system import System
from tests.faults.cluster import Cluster
from tests.faults.oracle import judge
from tests.faults.storm import Profile, Storm

pytestmark = [pytest.mark.fault, pytest.mark.slow]

FIRST = (
    "meter_id = (SELECT meter_id FROM meter WHERE meter_number = '{}') AND interval_start ="
    " (SELECT min(interval_start) FROM interval_value)"
)
#: What is done to a sound installation, and what the oracle must find then, of each alone.
TAMPERINGS = [
    (f"DELETE FROM interval_value WHERE {FIRST.format('load-0')}", "lost"),
    (
        (
            "UPDATE interval_value SET energy_microkwh = coalesce(energy_microkwh, 0) + 1"
            f" WHERE {FIRST.format('load-1')}"
        ),
        "wrong",
    ),
    (
        (
            "DELETE FROM change WHERE kind = 'CREATED' AND meter_id ="
            " (SELECT meter_id FROM meter WHERE meter_number = 'load-3')"
        ),
        "holes",
    ),
    (
        (
            "UPDATE interval_value SET interval_start = interval_start - interval '1 hour'"
            f" WHERE {FIRST.format('load-2')}"
        ),
        "surplus",
    ),
]


@pytest.mark.timeout(7200)
async def test_the_log_says_what_is_stored_after_every_kill(
    stormy: System,
    cluster: Cluster,
    profile: Profile,
    seed: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    storm = Storm(stormy, cluster, random.Random(seed))
    followed = await storm.run(profile)
    verdict = await judge(stormy, followed)
    seconds = [seconds for _, seconds in storm.recoveries]
    with capsys.disabled():
        print(f"\n{profile}, seed {seed}: {verdict}")
        print(
            f"recovery p50 {quantiles(seconds)[1]:.1f} s, p95 {quantiles(seconds, n=20)[-1]:.1f} s"
        )
    assert verdict.faults() == {}
    await assert_topic_is_whole(stormy)
    await assert_tampering_shows(stormy, followed)


async def assert_tampering_shows(system: System, followed: Sequence[str]) -> None:
    """The oracle is not blind: what is taken away, added or changed is counted."""
    for process in system.processes:
        if process.poll() is None:
            system.stop(process)
    assert (await judge(system, followed[:-1])).faults() == {"follower_lost": 1}
    assert (await judge(system, [*followed, followed[-1]])).faults() == {"follower_doubled": 1}
    found: set[str] = set()
    for statement, fault in TAMPERINGS:
        await system.fetch(statement)
        faults = (await judge(system, followed)).faults()
        assert fault in faults.keys() - found
        found = set(faults)
    await repeat_a_letter(system)
    assert "letters_repeated" in (await judge(system, followed)).faults()


async def repeat_a_letter(system: System) -> None:
    """Send one dead letter once more."""
    settings = system.settings
    topic = dead_letters_topic(settings)
    found = await read_contents(settings.kafka_bootstrap, [topic], settings.topic_partitions)
    letter = next(iter(found.values()))
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
        await producer.send_and_wait(
            topic,
            letter.value,
            letter.key,
            partition=letter.partition,
            headers=[*letter.headers],
        )
