-- Every settlement read of one meter's intervals that start in [:start, :end), and its run's name.
SELECT r.channel, r.interval_start, r.settlement_version, s.code, r.energy_microkwh, r.quality,
  r.read_at, r.source_id, r.kafka_offset, r.recorded_at
FROM settlement_read r
LEFT JOIN settlement_run s
  ON s.settlement_version = r.settlement_version
    AND s.cds_productionproject_id = :cds_productionproject_id
WHERE r.meter_id = :meter_id AND r.channel = ANY (enum_range(NULL::channel))
  AND r.interval_start >= :start AND r.interval_start < :end
  AND r.interval_seconds = :interval_seconds
ORDER BY r.channel, r.interval_start
