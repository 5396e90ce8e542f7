-- Every settlement version is kept; a repeated read changes nothing.
INSERT INTO settlement_read (meter_id, channel, interval_start, interval_seconds,
  settlement_version, energy_microkwh, quality, read_at, source_id, kafka_offset, recorded_at)
SELECT meter_id, channel, interval_start, interval_seconds, settlement_version, energy_microkwh,
  quality, read_at, :source_id, kafka_offset, :recorded_at
FROM unnest(:meter_id::integer[], :channel::channel[], :interval_start::timestamptz[],
  :interval_seconds::integer[], :settlement_version::integer[], :energy_microkwh::bigint[],
  :quality::reading_quality[], :read_at::timestamptz[], :kafka_offset::bigint[])
  AS t (meter_id, channel, interval_start, interval_seconds, settlement_version,
    energy_microkwh, quality, read_at, kafka_offset)
ON CONFLICT DO NOTHING
