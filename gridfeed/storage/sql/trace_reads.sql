-- Every settlement version of one meter's intervals in [$2, $3).
SELECT r.channel, r.interval_start, r.settlement_version, r.energy_microkwh, r.quality, r.read_at,
  r.source_id, r.kafka_offset, r.recorded_at
FROM settlement_read r
WHERE r.meter_id = $1 AND r.interval_start >= $2 AND r.interval_start < $3
  AND r.interval_seconds = $4
ORDER BY r.channel, r.interval_start
