"""What the log says must be stored, and what is: counted, so that tampering shows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from io import BytesIO

import fastavro
from aiokafka import ConsumerRecord

from gridfeed.avro.schemas import kept
from gridfeed.domain.telemetry.samples import quantise_one
from gridfeed.kafka.topics import Stream, dead_letters_topic, input_topic
from tests import reference
from tests.cli.kafka_contents import read_contents
from tests.e2e.load import EPOCH, RULE
from tests.e2e.system import System
from tests.stream.feed_out import FEED

STORED = (
    "SELECT meter_number, interval_start, energy_microkwh, mean_microkw, peak_microkw, quality,"
    " coverage_us, longest_gap_us, samples FROM interval_value JOIN meter USING (meter_id)"
)
TWICE_CREATED = (
    "SELECT count(*) FROM (SELECT FROM change,"
    " generate_series(interval_from, interval_to - interval '1 second',"
    " interval_seconds * interval '1 second') AS start WHERE kind = 'CREATED'"
    " GROUP BY meter_id, production_format, channel, start HAVING count(*) > 1) AS twice"
)
WITHOUT_CHANGE = (
    "SELECT count(*) FROM interval_value v WHERE NOT EXISTS (SELECT FROM change c"
    " WHERE c.meter_id = v.meter_id AND c.production_format = v.production_format"
    " AND c.channel = v.channel AND c.kind = 'CREATED'"
    " AND v.interval_start >= c.interval_from AND v.interval_start < c.interval_to)"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts. lost, wrong, surplus: of intervals; holes: of the feed, for whoever follows it."""

    sent: int
    lost: int
    wrong: int
    surplus: int
    doubled: int
    letters_lost: int
    letters_surplus: int
    letters_repeated: int
    holes: int
    follower_lost: int
    follower_doubled: int

    def faults(self) -> dict[str, int]:
        """Return what is not as it must be."""
        return {name: count for name, count in asdict(self).items() if count and name != "sent"}


async def judge(system: System, followed: Sequence[str]) -> Verdict:
    """Compare everything with the log. followed: change ids as a follower got them."""
    settings = system.settings
    topic = input_topic(settings, Stream.TELEMETRY)
    log = await read_contents(settings.kafka_bootstrap, [topic], settings.topic_partitions)
    samples, spoiled = _read(list(log.values()))
    expected = {
        (meter, start): tuple(value)
        for meter, mine in samples.items()
        for start, value in reference.values(mine, RULE).items()
    }
    stored = {
        (row["meter_number"], (row["interval_start"] - EPOCH) // timedelta(microseconds=1)): tuple(
            row
        )[2:]
        for row in await system.fetch(STORED)
    }
    letters = await _letters(system)
    feed = [change_id for change_id, _ in await system.fetch(FEED)]
    got = Counter(followed)
    return Verdict(
        sent=len(log),
        lost=len(expected.keys() - stored.keys()),
        wrong=sum(stored[key] != expected[key] for key in expected.keys() & stored.keys()),
        surplus=len(stored.keys() - expected.keys()),
        doubled=(await system.fetch(TWICE_CREATED))[0][0],
        letters_lost=len(spoiled - letters.keys()),
        letters_surplus=len(letters.keys() - spoiled),
        letters_repeated=letters.total() - len(letters),
        holes=(await system.fetch(WITHOUT_CHANGE))[0][0],
        follower_lost=len(set(feed) - got.keys()),
        follower_doubled=got.total() - len(got) + (list(dict.fromkeys(followed)) != sorted(got)),
    )


def _read(
    log: Sequence[ConsumerRecord],
) -> tuple[dict[str, list[reference.Sample]], set[tuple[int, int]]]:
    """Return samples by meter, and the places of what cannot be read."""
    samples: dict[str, list[reference.Sample]] = {}
    spoiled: set[tuple[int, int]] = set()
    for record in log:
        schema = kept().version(record.value[2:10])
        body = BytesIO(record.value[10:])
        try:
            found = fastavro.schemaless_reader(body, schema, None)
        except (EOFError, ValueError, IndexError):
            spoiled.add((record.partition, record.offset))
            continue
        assert isinstance(found, dict)
        if body.read(1):
            spoiled.add((record.partition, record.offset))
            continue
        at = (found["observed_at"] - EPOCH) // timedelta(microseconds=1)
        sample = reference.Sample(at, quantise_one(found["power_kw"]), offset=record.offset)
        samples.setdefault(found["meter_number"], []).append(sample)
    return samples, spoiled


async def _letters(system: System) -> Counter[tuple[int, int]]:
    settings = system.settings
    topic = dead_letters_topic(settings)
    found = await read_contents(settings.kafka_bootstrap, [topic], settings.topic_partitions)
    headers = [{name: value.decode() for name, value in each.headers} for each in found.values()]
    return Counter(
        (int(each["gridfeed.partition"]), int(each["gridfeed.offset"])) for each in headers
    )
