"""A simulated ledger whose right values are put into a database and behind a real API."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from api.server import build_app
from cli.proof.ledger import Ledger, read
from gridfeed.domain.calendar.instants import instant
from gridfeed.domain.telemetry.block import encode
from gridfeed.domain.telemetry.samples import quantise_one
from gridfeed.domain.words import PointQuality
from gridfeed.kafka.topics import dead_letters_topic
from gridfeed.settings import Settings
from gridfeed.storage.clients import token_sha256
from tests import reference
from tests.api import served as api_served
from tests.cli import program
from tests.cli.kafka_beside import produce
from tests.cli.kafka_contents import contents
from tests.domain.telemetry.series import columns_of

TOKEN = "gf_of_the_verifier"
#: Key, value, reason, and the place of the rejected message.
Letter = tuple[bytes, bytes, str, tuple[str, int, int]]

INSERT_VALUE = """
INSERT INTO interval_value (meter_id, production_format, channel, interval_start, interval_seconds,
  energy_microkwh, mean_microkw, peak_microkw, quality, samples, coverage_us, longest_gap_us)
VALUES ($1, 'scada', 'GROSS', $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
INSERT_SERIES = """
INSERT INTO series (meter_id, production_format, channel, created_at)
SELECT meter_id, production_format, channel, min(created_at) FROM interval_value GROUP BY 1, 2, 3
"""
INSERT_DAYS = """
INSERT INTO series_day (meter_id, production_format, channel, utc_day, interval_seconds, created_at)
SELECT meter_id, production_format, channel, (interval_start AT TIME ZONE 'UTC')::date,
  interval_seconds, min(created_at) FROM interval_value GROUP BY 1, 2, 3, 4, 5
"""
INSERT_BLOCK = """
INSERT INTO sample_block (meter_id, channel, interval_start, source_id, samples, through_offset,
  block)
VALUES ($1, 'GROSS', $2, 1, $3, $4, $5)
"""


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Run the API on a port of its own; give its URL once it has the database."""
    with api_served.served(build_app(settings), settings) as url:
        yield url


def simulated(cluster: dict[str, object], directory: Path) -> Path:
    """Simulate twelve meters across midnight, with gaps that leave intervals half covered."""
    file = directory / "run.ledger"
    program.succeed(
        "simulate", "--meters", "12", "--seconds", "90", "--speed", "max", "--spoiled", "0.05",
        "--gaps", "0.5", "--duplicates", "0.1", "--disorder-seconds", "3",
        "--start", "2026-03-01T23:59:10Z", "--ledger", str(file), **cluster,
    )  # fmt: skip
    return file


class PublishedLedger:
    """A ledger with an installation; `publish` makes it say what the ledger says."""

    def __init__(self, cluster: dict[str, object], file: Path) -> None:
        self.cluster = cluster
        self.settings = Settings(**cluster)
        self.file = file
        self.ledger: Ledger = read(file)

    def publish(self) -> None:
        """Store what the reference makes of the ledger, and let the verifier in."""
        meters = self.execute("SELECT * FROM meter JOIN project USING (cds_productionproject_id)")
        values, blocks = [], []
        for meter in meters:
            samples = self._samples(meter["meter_number"])
            values += list(_values(meter, samples))
            blocks += list(_blocks(meter, samples))
        self.execute_many(INSERT_VALUE, values)
        self.execute(INSERT_SERIES)
        self.execute(INSERT_DAYS)
        self.execute_many(INSERT_BLOCK, blocks)
        client = "INSERT INTO client (name, token_sha256) VALUES ('verifier', $1)"
        self.execute(client, token_sha256(TOKEN))

    def execute(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Run a statement as the superuser."""
        return asyncio.run(self._run(lambda database: database.fetch(statement, *arguments)))

    def execute_many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Run a statement for every row."""
        asyncio.run(self._run(lambda database: database.executemany(statement, rows)))

    async def _run(self, work):
        connection = await asyncpg.connect(str(self.cluster["database_url"]))
        try:
            return await work(connection)
        finally:
            await connection.close()

    def letters(self) -> list[Letter]:
        """Return the dead letter of every spoiled record, from what is in Kafka."""
        spoiled = self.ledger.spoiled
        topics = spoiled["topic"].unique().to_pylist()
        records = contents(str(self.cluster["kafka_bootstrap"]), topics, 3)
        places = spoiled.select(["topic", "partition", "offset", "reason"]).to_pylist()
        return [
            (records[tuple(place)].key, records[tuple(place)].value, reason, tuple(place))
            for *place, reason in (row.values() for row in places)
        ]

    def send_letters(self, letters: Sequence[Letter]) -> None:
        """Produce dead letters as a worker does."""
        topic = dead_letters_topic(self.settings)
        messages = []
        for key, value, reason, (origin, partition, offset) in letters:
            said = {"reason": reason, "topic": origin, "partition": partition, "offset": offset}
            headers = [(f"gridfeed.{name}", str(text).encode()) for name, text in said.items()]
            messages.append((topic, 0, key, value, headers))
        produce(str(self.cluster["kafka_bootstrap"]), messages)

    def _samples(self, meter_number: str) -> list[reference.Sample]:
        return [
            reference.Sample(
                row["observed_at"],
                quantise_one(row["power_kw"]),
                PointQuality(row["quality"]),
                1,
                row["offset"],
            )
            for row in self.ledger.good.to_pylist()
            if row["meter_number"] == meter_number
        ]


def _values(meter: asyncpg.Record, samples: list[reference.Sample]) -> Iterator[tuple]:
    for start, value in reference.values(samples, _rule(meter)).items():
        yield (meter["meter_id"], instant(start), meter["interval_seconds"], *value[:4],
               value.samples, value.coverage_us, value.longest_gap_us)  # fmt: skip


def _blocks(meter: asyncpg.Record, samples: list[reference.Sample]) -> Iterator[tuple]:
    blocks = defaultdict(list)
    for sample in reference.last_word(samples):
        blocks[reference.interval_of(sample.observed_at_us, _rule(meter))].append(sample)
    for start, inside in blocks.items():
        last = max(sample.offset for sample in inside)
        block = encode(columns_of(inside), start)
        yield meter["meter_id"], instant(start), len(inside), last, block


def _rule(meter: asyncpg.Record) -> reference.Rule:
    return reference.Rule(
        meter["interval_seconds"] * 1_000_000,
        meter["interval_anchor_seconds"] * 1_000_000,
        meter["hold_limit_seconds"] * 1_000_000,
        meter["integration"] == "linear",
    )
