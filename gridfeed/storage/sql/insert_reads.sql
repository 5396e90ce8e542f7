-- Every settlement version is kept; the same read again changes nothing.
INSERT INTO settlement_read (meter_id, channel, interval_start, interval_seconds,
  settlement_version, energy_microkwh, quality, read_at, source_id, kafka_offset, recorded_at)
SELECT meter_id, channel, interval_start, interval_seconds, settlement_version, energy_microkwh,
  quality, read_at, $1, kafka_offset, $11
FROM unnest($2::integer[], $3::channel[], $4::timestamptz[], $5::integer[], $6::integer[],
  $7::bigint[], $8::reading_quality[], $9::timestamptz[], $10::bigint[])
  AS t (meter_id, channel, interval_start, interval_seconds, settlement_version,
    energy_microkwh, quality, read_at, kafka_offset)
ON CONFLICT DO NOTHING
