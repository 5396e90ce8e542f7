"""The times of series that may lack samples since messages were lost."""

from dataclasses import replace
from datetime import UTC, datetime

from gridfeed.domain.telemetry.lost import LostSeries
from gridfeed.storage.connect import Connection
from gridfeed.storage.lost import end_lost_series, lost_times, open_lost_series
from tests.storage.store import Store

TWO_LOSSES = """
WITH source AS (
  INSERT INTO ingest_source (stream, topic, kafka_partition, next_offset)
  VALUES ('telemetry', 'scada.telemetry', 0, 30)
  RETURNING source_id
), stretch AS (
  INSERT INTO lost_stretch (source_id, first_offset, last_offset, noticed_at)
  SELECT source_id, n, n, '2026-03-01T18:00Z' FROM source, unnest(ARRAY[10, 20]) n
  RETURNING lost_id, first_offset, source_id
)
INSERT INTO lost_series (lost_id, meter_id, channel, starts_at)
SELECT lost_id, 1, 'GROSS',
  CASE first_offset WHEN 10 THEN '2026-03-01T10:00Z' ELSE '2026-03-01T15:00Z' END::timestamptz
FROM stretch
"""


def at(hour: int) -> datetime:
    return datetime(2026, 3, 1, hour, tzinfo=UTC)


async def test_a_sample_between_two_losses_ends_the_first_alone(store: Store) -> None:
    first, second = LostSeries(1, "GROSS", at(10)), LostSeries(1, "GROSS", at(15))

    async def end_one_after_the_other(connection: Connection) -> list[LostSeries]:
        await connection.execute(TWO_LOSSES)
        source_id = await connection.fetchval("SELECT source_id FROM ingest_source")
        assert await open_lost_series(connection, source_id) == [first, second]
        await end_lost_series(connection, source_id, [replace(first, ends_at=at(12))])
        assert await open_lost_series(connection, source_id) == [second]
        await end_lost_series(connection, source_id, [replace(second, ends_at=at(16))])
        return await lost_times(connection, [1], at(0))

    found = await store.run(end_one_after_the_other)
    assert sorted(found, key=lambda each: each.starts_at) == [
        replace(first, ends_at=at(12)),
        replace(second, ends_at=at(16)),
    ]
