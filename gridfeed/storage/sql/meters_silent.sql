-- Meters in force at :now that once sent telemetry, but none in the last hour (or in the time that
-- a sample holds, if that is longer), with the newest day of their values. Only the last chunks of
-- many years are searched: an interval and a hold are at most a day each. The channel comes from
-- `series`, so that each search is one index probe.
SELECT m.meter_id, m.meter_number, max(d.utc_day) AS last_day
FROM meter m
JOIN membership b ON b.meter_id = m.meter_id AND b.starts_at <= :now AND b.ends_at > :now
JOIN project p ON p.cds_productionproject_id = b.cds_productionproject_id
JOIN series s ON s.meter_id = m.meter_id AND s.production_format = 'scada'
CROSS JOIN LATERAL (
  SELECT n.utc_day FROM series_day n
  WHERE n.meter_id = s.meter_id AND n.production_format = s.production_format
    AND n.channel = s.channel
  ORDER BY n.utc_day DESC LIMIT 1
) AS d
GROUP BY m.meter_id
HAVING NOT bool_or(EXISTS (
  SELECT FROM interval_value v
  WHERE v.meter_id = s.meter_id AND v.production_format = s.production_format
    AND v.channel = s.channel AND v.interval_start > :now::timestamptz - interval '3 days'
    AND v.interval_start > :now::timestamptz - make_interval(
      secs => p.interval_seconds + greatest(3600, m.hold_limit_seconds))
    AND (v.samples > 0 OR v.coverage_us > 0)))
ORDER BY m.meter_number
