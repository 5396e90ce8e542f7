"""Messages of every input topic, good and bad, as any producer might send them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from confluent_kafka import Message, Producer
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from gridfeed import clock
from gridfeed.avro.encode import encode_forecast, encode_read, encode_register, encode_telemetry
from gridfeed.domain.settlement.messages import Forecast, RegisterRead, RevenueRead
from gridfeed.domain.words import Channel, Product, ReadQuality
from gridfeed.kafka.topics import Stream, input_topic
from tests.e2e.system import System

Headers = list[tuple[str, bytes | None]]

CODECS = ("gzip", "snappy", "lz4", "zstd")
#: Midnight in Denver; the neighbours of each case lie on a day of their own after it.
FIRST_DAY = datetime(2025, 11, 3, 7, tzinfo=UTC)
LONG_AGO, SOON = datetime(1999, 1, 1, tzinfo=UTC), clock.now() + timedelta(days=2)
MIDNIGHT = datetime(2025, 10, 6, 6, tzinfo=UTC)

READ = RevenueRead("delta-1", MIDNIGHT, 900, 1_000_000, Channel.NET, ReadQuality.VALID, 0, MIDNIGHT)
FORECAST = Forecast(
    "delta-1", Product.DAY_AHEAD, MIDNIGHT - timedelta(hours=9), MIDNIGHT, 900, (1.0, 2.0)
)
REGISTER = RegisterRead("delta-1", "total", 5, Decimal(1), "00010", MIDNIGHT)
NOBODY, OFF_GRID = {"meter_number": "nobody"}, MIDNIGHT + timedelta(minutes=1)


def sample(meter_number: str = "delta-1", at: datetime = MIDNIGHT, kw: float = 1.0) -> bytes:
    return encode_telemetry(meter_number, at, kw)


#: A sound message of each topic, of a meter and an instant; the number tells it from the others.
GOOD: dict[Stream, Callable[[str, datetime, int], bytes]] = {
    Stream.TELEMETRY: lambda meter, at, n: sample(meter, at, 12.0 * (1 + n % 50)),
    Stream.READS: lambda meter, at, n: encode_read(
        replace(READ, meter_number=meter, interval_start=at, energy_microkwh=n)
    ),
    Stream.FORECASTS: lambda meter, at, n: encode_forecast(
        replace(
            FORECAST,
            meter_number=meter,
            issued_at=at - timedelta(days=2),
            start=at,
            power_kw=(float(n),),
        )
    ),
    Stream.REGISTERS: lambda meter, at, n: encode_register(
        replace(REGISTER, meter_number=meter, read_at=at, value=str(n))
    ),
}
#: What is stored of the good ones: their instants and what tells them apart.
STORED: dict[Stream, str] = {
    Stream.TELEMETRY: """SELECT interval_start, (energy_microkwh / 1000000)::text
      FROM interval_value WHERE production_format = 'scada'""",
    Stream.READS: "SELECT interval_start, energy_microkwh::text FROM settlement_read",
    Stream.FORECASTS: """SELECT interval_start, (power_microkw / 1000000)::text
      FROM forecast_vintage""",
    Stream.REGISTERS: "SELECT read_at, value FROM register_read",
}


def told(stream: Stream, number: int) -> str:
    """Return what is stored of a good message with this number."""
    return str(1 + number % 50 if stream is Stream.TELEMETRY else number)


#: Every reason of each topic, and a message that is refused for it.
REASONS: dict[Stream, dict[str, bytes]] = {
    Stream.TELEMETRY: {
        "undecodable": sample()[:-3],
        "unknown_meter": sample("nobody"),
        "not_finite": sample(kw=float("nan")),
        "future_timestamp": sample(at=SOON),
        "too_late": sample(at=LONG_AGO),
        "out_of_range": sample(kw=100_000.0),
    },
    Stream.READS: {
        "undecodable": encode_read(READ)[:-3],
        "unknown_meter": encode_read(replace(READ, **NOBODY)),
        "misaligned_interval": encode_read(replace(READ, interval_start=OFF_GRID)),
        "future_timestamp": encode_read(replace(READ, interval_start=MIDNIGHT.replace(year=2036))),
        "out_of_range": encode_read(replace(READ, energy_microkwh=10**15)),
        "overlapping_interval": encode_read(
            replace(READ, meter_number="delta-3", interval_seconds=1800)
        ),
    },
    Stream.FORECASTS: {
        "undecodable": encode_forecast(FORECAST)[:-3],
        "unknown_meter": encode_forecast(replace(FORECAST, **NOBODY)),
        "not_finite": encode_forecast(replace(FORECAST, power_kw=(1.0, float("inf")))),
        "misaligned_interval": encode_forecast(replace(FORECAST, start=OFF_GRID)),
        "future_timestamp": encode_forecast(replace(FORECAST, issued_at=SOON)),
        "out_of_range": encode_forecast(replace(FORECAST, power_kw=(1.0, 1e6))),
        "length_mismatch": encode_forecast(replace(FORECAST, p10_kw=(1.0,))),
        "overlapping_interval": encode_forecast(
            replace(FORECAST, meter_number="delta-3", interval_seconds=1800)
        ),
    },
    Stream.REGISTERS: {
        "undecodable": encode_register(REGISTER)[:-3],
        "unknown_meter": encode_register(replace(REGISTER, **NOBODY)),
        "future_timestamp": encode_register(replace(REGISTER, read_at=SOON)),
        "too_late": encode_register(replace(REGISTER, read_at=LONG_AGO)),
        "out_of_range": encode_register(replace(REGISTER, digits=13)),
    },
}
#: What overlapping_interval overlaps.
TAKEN = {
    Stream.READS: encode_read(replace(READ, meter_number="delta-3")),
    Stream.FORECASTS: encode_forecast(replace(FORECAST, meter_number="delta-3")),
}


@dataclass(frozen=True)
class Case:
    """A message between two good ones, in one batch; reason None: it is good itself."""

    name: str
    stream: Stream
    number: int
    value: bytes | None
    reason: str | None = None
    key: bytes | None = b"delta-2"
    headers: Headers = field(default_factory=list)
    codec: str = "none"
    topic_codec: str = "producer"
    tenant: str | None = None
    timestamp: int = 0

    def good(self, place: int) -> tuple[datetime, int]:
        """Return instant and number of the good message before it (0), behind it (2), or it (1)."""
        return FIRST_DAY + timedelta(days=self.number, hours=5 * place), 3 * self.number + place

    def batch(self) -> list[tuple[bytes | None, bytes | None, Headers]]:
        """Return key, value and headers of the three."""
        meter = "acme-1" if self.tenant else "delta-2"
        before, behind = (GOOD[self.stream](meter, *self.good(place)) for place in (0, 2))
        key = meter.encode()
        return [(key, before, []), (self.key, self.value, self.headers), (key, behind, [])]


def refused(stream: Stream) -> Iterator[dict[str, Any]]:
    """Yield what is refused: for each reason, and whatever its key, value, headers or codec."""
    good = GOOD[stream]("delta-2", MIDNIGHT, 7)
    reasons = REASONS[stream] | {"unknown_schema": good[:2] + bytes(8) + good[10:]}
    for reason, value in reasons.items():
        yield {"name": reason, "reason": reason, "value": value, "headers": [("t", b"\x00\xff")]}
    yield {"name": "not_owner", "reason": "not_owner", "value": good, "tenant": "acme"}
    for name, more in MALFORMED.items():
        yield {"name": name, "reason": "undecodable"} | more
    for codec in CODECS:
        bad = {"reason": "undecodable", "value": codec.encode()}
        yield bad | {"name": f"{codec} by producer", "codec": codec}
        yield bad | {"name": f"{codec} by topic", "topic_codec": codec}


MALFORMED: dict[str, dict[str, Any]] = {
    "null value": {"value": None},
    "null key and value": {"value": None, "key": None},
    "empty value": {"value": b""},
    "null key": {"value": b"1", "key": None},
    "key that is no text": {"value": b"1", "key": b"\xff\x00"},
    "headers of its own": {
        "value": b"1",
        "headers": [("a", None), ("a", b"2"), ("gridfeed.reason", b"forged")],
    },
}
#: Milliseconds are meant. The embedded broker keeps them, as a CreateTime topic does.
TIMESTAMPS = {
    "1601": -11_644_473_600_000,
    "seconds": 1_772_434_800,
    "microseconds": 1_772_434_800_000_000,
    "nanoseconds": 1_772_434_800_000_000_000,
    "9999": 253_402_300_799_999,
}
GOOD_KEYS = {"null": None, "empty": b"", "another meter's": b"delta-1", "no text": b"\xff\x00"}


def cases() -> list[Case]:
    """Return every combination, each with a number of its own."""
    found: list[Case] = []
    for stream in Stream:
        for case in refused(stream):
            name = f"{stream}-{case['name']}"
            found.append(Case(**case | {"name": name, "stream": stream, "number": len(found)}))
        good = [{"name": f"{name} key", "key": key} for name, key in GOOD_KEYS.items()]
        times = [{"name": f"time in {name}", "timestamp": at} for name, at in TIMESTAMPS.items()]
        for each in [*good, *times]:
            more = each | {"name": f"{stream}-good with {each['name']}"}
            case = Case(**more, stream=stream, number=len(found), value=None)
            found.append(replace(case, value=GOOD[stream]("delta-2", *case.good(1))))
    return found


def send(system: System, case: Case, producer: Producer) -> tuple[str, int]:
    """Send a case as a batch of its own; return topic and offset of the message in the middle."""
    topic = input_topic(system.settings, case.stream, case.tenant)
    offsets: list[int] = []

    def delivered(error: object, message: Message) -> None:
        assert error is None
        offsets.append(message.offset())

    for key, value, headers in case.batch():
        producer.produce(
            topic,
            value,
            key,
            partition=0,
            headers=headers,
            on_delivery=delivered,
            timestamp=case.timestamp,
        )
    producer.flush(30)
    system.sent += 3
    return topic, offsets[1]


def producer_of(system: System, codec: str) -> Producer:
    """Return librdkafka's producer, on which those of most languages stand."""
    servers = system.settings.kafka_bootstrap
    return Producer({"bootstrap.servers": servers, "compression.type": codec, "linger.ms": 20})


def compress_topics(system: System, codec: str) -> None:
    """Let the broker compress whatever the input topics are sent."""
    admin = AdminClient({"bootstrap.servers": system.settings.kafka_bootstrap})
    entry = ConfigEntry("compression.type", codec, incremental_operation=AlterConfigOpType.SET)
    topics = [input_topic(system.settings, stream) for stream in Stream]
    resources = [
        ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry]) for topic in topics
    ]
    for done in admin.incremental_alter_configs(resources).values():
        done.result(30)
