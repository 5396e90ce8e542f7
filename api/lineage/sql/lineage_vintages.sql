-- Every vintage of one meter's forecast intervals that start in [:start, :end).
SELECT f.interval_start, f.issued_at, f.in_time, f.power_microkw, f.p10_microkw, f.p90_microkw,
  f.model, f.source_id, f.kafka_offset, f.recorded_at
FROM forecast_vintage f
WHERE f.meter_id = :meter_id AND f.production_format = :production_format::production_format
  AND f.interval_start >= :start AND f.interval_start < :end
  AND f.interval_seconds = :interval_seconds
ORDER BY f.interval_start
