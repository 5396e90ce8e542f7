"""A stream of telemetry with duplicates, disorder and spoiled messages, and what it must become."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gridfeed.avro.encode import encode_telemetry
from gridfeed.domain.telemetry.samples import quantise_one
from gridfeed.kafka.topics import changes_topic
from tests import reference
from tests.cli.kafka_contents import read_contents
from tests.e2e.system import System
from tests.stream.feed_out import FEED, POSITION, assert_is_feed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 6, 1, tzinfo=UTC)
RULE = reference.Rule(300_000_000, 0, 120_000_000, linear=False)
METERS = 20

PROJECT = "projects:\n  - id: load\n    timezone: UTC\n    meters:\n" + "".join(
    f"      - {{number: load-{number}, capacity_kw: 100}}\n" for number in range(METERS)
)


@dataclass
class Load:
    """Messages in the order they are sent, and the samples that are in them."""

    seconds: int
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    samples: dict[str, list[reference.Sample]] = field(default_factory=dict)
    spoiled: int = 0

    def __post_init__(self) -> None:
        dice = random.Random(20260601)
        for second in range(0, self.seconds, 5):
            for number in range(METERS):
                self._sample(f"load-{number}", second, dice)
        self._disorder(dice)

    def chunks(self, count: int) -> list[list[tuple[str, bytes]]]:
        """Return the messages in as many parts, in order."""
        size = -(-len(self.messages) // count)
        return [self.messages[at : at + size] for at in range(0, len(self.messages), size)]

    def _sample(self, meter: str, second: int, dice: random.Random) -> None:
        at = START + timedelta(seconds=second, milliseconds=dice.randrange(5000))
        power = round(dice.uniform(-1, 90), 4)
        message = encode_telemetry(meter, at, power)
        instant = (at - EPOCH) // timedelta(microseconds=1)
        offset = len(self.messages)
        sample = reference.Sample(instant, quantise_one(power), offset=offset)
        self.samples.setdefault(meter, []).append(sample)
        self.messages += [(meter, message)] * (2 if dice.random() < 0.02 else 1)
        if dice.random() < 0.01:
            self.messages.append((meter, message[:-1]))
            self.spoiled += 1

    def _disorder(self, dice: random.Random) -> None:
        for at in range(len(self.messages) - 200):
            if dice.random() < 0.05:
                other = at + dice.randrange(200)
                self.messages[at], self.messages[other] = self.messages[other], self.messages[at]


async def assert_exact(
    system: System, load: Load, *, letters_kept: bool = True, letters_repeat: bool = False
) -> None:
    """Every stored interval equals the reference; every spoiled message is one dead letter.

    letters_repeat: an owner that is frozen while it sends letters sends them when it wakes up.
    """
    rows = await system.fetch(
        "SELECT meter_number, interval_start, energy_microkwh, mean_microkw, peak_microkw, quality,"
        " coverage_us, longest_gap_us, samples FROM interval_value JOIN meter USING (meter_id)"
    )
    stored = {
        (row["meter_number"], (row["interval_start"] - EPOCH) // timedelta(microseconds=1)): tuple(
            row
        )[2:]
        for row in rows
    }
    expected = {
        (meter, start): tuple(value)
        for meter, samples in load.samples.items()
        for start, value in reference.values(samples, RULE).items()
    }
    assert stored == expected
    if not letters_kept:
        return
    letters = await system.dead_letters(lambda found: len(found) >= load.spoiled)
    origins = {
        (dict(each.headers)["gridfeed.partition"], dict(each.headers)["gridfeed.offset"])
        for each in letters
    }
    assert len(origins) == load.spoiled
    assert letters_repeat or len(letters) == len(origins)


async def assert_feed_is_whole(system: System) -> None:
    """Each interval was created once, first; and there is a change for every stored interval."""
    histories = await system.fetch(
        "SELECT string_agg(kind::text, ' ' ORDER BY xid, seq) AS kinds FROM change,"
        " generate_series(interval_from, interval_to - interval '1 second',"
        " interval_seconds * interval '1 second') AS start"
        " GROUP BY meter_id, production_format, channel, start"
    )
    stored = (await system.fetch("SELECT count(*) FROM interval_value"))[0][0]
    assert len(histories) == stored
    assert all(row["kinds"].startswith("CREATED") for row in histories)
    assert all(row["kinds"].count("CREATED") == 1 for row in histories)


async def assert_topic_is_whole(system: System) -> None:
    """Once all is final: segments.changes has every change, each meter's in the feed's order."""
    await system.eventually(
        "SELECT count(*) FROM interval_value WHERE finalize_at IS NOT NULL", until=0
    )
    feed = [tuple(row) for row in await system.fetch(FEED)]
    await system.eventually(POSITION, until=feed[-1][0])
    settings = system.settings
    found = await read_contents(
        settings.kafka_bootstrap, [changes_topic(settings)], settings.topic_partitions
    )
    assert_is_feed([found[place] for place in sorted(found)], feed)
