-- Every vintage of one meter's forecast intervals that start in [$3, $4).
SELECT f.interval_start, f.issued_at, f.in_time, f.power_microkw, f.p10_microkw, f.p90_microkw,
  f.model, f.source_id, f.kafka_offset, f.recorded_at
FROM forecast_vintage f
WHERE f.meter_id = $1 AND f.production_format = $2::production_format
  AND f.interval_start >= $3 AND f.interval_start < $4 AND f.interval_seconds = $5
ORDER BY f.interval_start
