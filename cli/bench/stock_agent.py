"""The rollup on stock Faust: an agent that gets one sample at a time, and an upsert each second.

python -m cli.bench.stock_agent MESSAGES
"""

import sys
import time
from io import BytesIO

import asyncpg
import faust
from fastavro import schemaless_reader
from faust.types import StreamT

from cli.bench.contender import end_with_parent, say
from cli.bench.load import INTERVAL_SECONDS
from cli.bench.stock_rollup import StockRollup, StockValue
from gridfeed import observe
from gridfeed.avro.framing import SINGLE_OBJECT_LENGTH
from gridfeed.avro.schemas import kept
from gridfeed.domain.calendar.instants import HOUR_US, SECOND_US, instant, microseconds
from gridfeed.kafka.topics import Stream, input_topic
from gridfeed.settings import Settings, load
from gridfeed.storage.statements import called_often
from stream.app import credentials

HOLD_SECONDS = 120


class StockAgent:
    """The application. Its state is in a dictionary, its values are in a separate table."""

    def __init__(self, settings: Settings, messages: int) -> None:
        """Build the app with Faust's defaults. It opens nothing before it starts."""
        self._settings, self._left = settings, messages
        self._schema = kept().reader("TelemetrySample")
        self._rollup = StockRollup(INTERVAL_SECONDS * SECOND_US, HOLD_SECONDS * SECOND_US)
        self.app = faust.App(
            settings.kafka_group,
            broker=f"kafka://{settings.kafka_bootstrap}",
            broker_credentials=credentials(settings),
            consumer_auto_offset_reset="earliest",
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
            autodiscover=False,
        )
        topic = input_topic(settings, Stream.TELEMETRY)
        self.app.agent(self.app.topic(topic, value_serializer="raw"))(self.roll_up)
        self.app.task(self.open)
        self.app.timer(interval=1.0)(self.write)

    async def open(self) -> None:
        """Connect to the database."""
        self._pool = await asyncpg.create_pool(self._settings.database_url.get_secret_value())

    async def roll_up(self, stream: StreamT[bytes]) -> None:
        """Take one sample at a time. After the last one, write and print the seconds."""
        began = 0.0
        async for message in stream:
            began = began or time.perf_counter()
            body = BytesIO(message[SINGLE_OBJECT_LENGTH:])
            sample = schemaless_reader(body, self._schema)
            observed_at = microseconds(sample["observed_at"])
            self._rollup.add(sample["meter_number"], observed_at, sample["power_kw"])
            self._left -= 1
            if self._left == 0:
                await self.write()
                say(time.perf_counter() - began)

    async def write(self) -> None:
        """Upsert the changed values."""
        rows = [_row(*changed) for changed in self._rollup.take_changed()]
        await self._pool.executemany(*called_often(__package__, "upsert_stock_value", rows))


def _row(meter_number: str, start: int, value: StockValue) -> dict[str, object]:
    return {
        "meter_number": meter_number,
        "interval_start": instant(start),
        "energy_kwh": value.area / HOUR_US,
        "mean_kw": value.area / value.covered if value.covered else 0.0,
        "peak_kw": value.peak,
        "samples": value.samples,
        "covered_seconds": value.covered / SECOND_US,
    }


def run() -> None:
    """Run until told to stop."""
    settings = load(log_level="WARNING")
    observe.set_up(settings)
    agent = StockAgent(settings, int(sys.argv[1]))
    # Standard output is only for the figure.
    faust.Worker(
        agent.app, quiet=True, stdout=sys.stderr, redirect_stdouts=False, override_logging=False
    ).execute_from_commandline()


if __name__ == "__main__":
    end_with_parent()
    run()
