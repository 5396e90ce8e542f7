"""Messages in, changes out: what segments.changes says of how a value came about."""

from datetime import datetime, timedelta
from typing import Any

from gridfeed import clock
from gridfeed.avro.encode import encode_forecast, encode_read, encode_telemetry
from gridfeed.domain.settlement.messages import Forecast, RevenueRead
from gridfeed.domain.words import Channel, Product, ReadQuality
from gridfeed.kafka.topics import Stream, changes_topic
from tests.cli.kafka_contents import read_contents
from tests.e2e.system import System
from tests.stream.feed_out import eventually, read_change

ENDS = ("observed", "ingested", "stored", "published")


async def changes(system: System, meter: str, production_format: str) -> list[dict[str, Any]]:
    settings = system.settings
    found = await read_contents(
        settings.kafka_bootstrap, [changes_topic(settings)], settings.topic_partitions
    )
    every = [read_change(found[place].value) for place in sorted(found)]
    return [
        each
        for each in every
        if (each["meter_number"], each["production_format"]) == (meter, production_format)
    ]


async def first(system: System, meter: str, production_format: str) -> dict[str, Any]:
    async def there() -> bool:
        return bool(await changes(system, meter, production_format))

    await eventually(there)
    return (await changes(system, meter, production_format))[0]


def times(change: dict[str, Any]) -> list[datetime]:
    return [change[f"t_{end}"] for end in ENDS]


async def test_telemetry_says_when_its_newest_sample_was_observed_and_ingested(
    running: System,
) -> None:
    sent_at = clock.now()
    observed = [sent_at - timedelta(seconds=seconds) for seconds in (3, 1, 2)]
    await running.send(
        Stream.TELEMETRY, [("delta-2", encode_telemetry("delta-2", at, 50)) for at in observed]
    )
    change = await first(running, "delta-2", "scada")
    assert change["t_observed"] == observed[1]
    assert times(change) == sorted(times(change))
    assert change["t_ingested"] >= sent_at - timedelta(milliseconds=1)
    assert change["t_published"] - change["t_stored"] < timedelta(seconds=10)
    assert change["t_stored"] == change["recorded_at"]


async def test_a_read_says_when_it_was_read_and_a_forecast_when_it_was_issued(
    running: System,
) -> None:
    start = datetime.fromisoformat("2026-03-02T07:00:00Z")
    read_at, issued_at = start + timedelta(hours=30), start - timedelta(hours=14)
    read = RevenueRead("delta-1", start, 900, 1_000_000, Channel.NET, ReadQuality.VALID, 0, read_at)
    forecast = Forecast("delta-1", Product.DAY_AHEAD, issued_at, start, 3600, (40.0, 20.0))
    await running.send(Stream.READS, [("delta-1", encode_read(read))])
    await running.send(Stream.FORECASTS, [("delta-1", encode_forecast(forecast))])
    assert (await first(running, "delta-1", "settlement"))["t_observed"] == read_at
    change = await first(running, "delta-1", "forecast_day_ahead")
    assert change["t_observed"] == issued_at
    assert (change["interval_from"], change["interval_to"]) == (start, start + timedelta(hours=2))
    assert times(change) == sorted(times(change))


async def test_what_becomes_final_by_the_clock_has_no_message_behind_it(running: System) -> None:
    at = clock.now() - timedelta(hours=3)
    await running.send(Stream.TELEMETRY, [("delta-3", encode_telemetry("delta-3", at, 50))])

    async def finalised() -> list[dict[str, Any]]:
        found = await changes(running, "delta-3", "scada")
        return [each for each in found if each["kind"] == "FINALIZED"]

    async def there() -> bool:
        return bool(await finalised())

    await eventually(there)
    change = (await finalised())[0]
    assert (change["t_observed"], change["t_ingested"]) == (None, None)
    assert change["t_stored"] <= change["t_published"]
