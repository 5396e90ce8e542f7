-- Every settlement read of one meter's intervals that start in [$2, $3), and its run's name.
SELECT r.channel, r.interval_start, r.settlement_version, s.code, r.energy_microkwh, r.quality,
  r.read_at, r.source_id, r.kafka_offset, r.recorded_at
FROM settlement_read r
LEFT JOIN settlement_run s
  ON s.settlement_version = r.settlement_version AND s.cds_productionproject_id = $5
WHERE r.meter_id = $1 AND r.channel = ANY (enum_range(NULL::channel))
  AND r.interval_start >= $2 AND r.interval_start < $3 AND r.interval_seconds = $4
ORDER BY r.channel, r.interval_start
