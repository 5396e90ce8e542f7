-- When the newest interval with telemetry of each meter in :meter_id ended. The same place of
-- :utc_day gives the day of that interval. :earliest and :latest are the first and the last of
-- these days, so that few chunks are searched.
SELECT w.meter_id, max(v.interval_start + make_interval(secs => v.interval_seconds)) AS until
FROM unnest(:meter_id::integer[], :utc_day::date[]) AS w (meter_id, utc_day)
JOIN series s ON s.meter_id = w.meter_id AND s.production_format = 'scada'
JOIN interval_value v ON v.meter_id = s.meter_id AND v.production_format = s.production_format
  AND v.channel = s.channel
  AND v.interval_start >= w.utc_day::timestamp AT TIME ZONE 'UTC'
  AND v.interval_start < (w.utc_day + 1)::timestamp AT TIME ZONE 'UTC'
WHERE v.interval_start >= :earliest::date::timestamp AT TIME ZONE 'UTC'
  AND v.interval_start < (:latest::date + 1)::timestamp AT TIME ZONE 'UTC'
  AND (v.samples > 0 OR v.coverage_us > 0)
GROUP BY w.meter_id
