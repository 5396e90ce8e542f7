-- For each interval the version that counts: the highest settlement version, then the newest read,
-- then the read that came last.
SELECT DISTINCT ON (r.meter_id, r.channel, r.interval_start)
  r.meter_id, r.channel, r.interval_start, r.interval_seconds, r.energy_microkwh, r.quality,
  r.settlement_version, r.read_at
FROM unnest(:meter_id::integer[], :channel::channel[], :interval_start::timestamptz[])
  AS w (meter_id, channel, interval_start)
JOIN settlement_read r USING (meter_id, channel, interval_start)
ORDER BY r.meter_id, r.channel, r.interval_start, r.settlement_version DESC, r.read_at DESC,
  r.source_id DESC, r.kafka_offset DESC
