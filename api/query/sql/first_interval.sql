-- The earliest interval at or after $5 of any series asked for: one index probe a series, so that
-- the walk over days can leap over years without values. Values of now, also in a session of the
-- past: an interval that had one then still has one.
SELECT min(n.interval_start)
FROM project_series s
JOIN meter m USING (meter_id)
CROSS JOIN LATERAL (
  SELECT v.interval_start
  FROM granted.interval_value v
  WHERE v.meter_id = s.meter_id AND v.production_format = s.production_format
    AND v.channel = s.channel AND v.interval_start >= $5::timestamptz
    AND v.interval_start >= s.starts_at AND v.interval_start < s.ends_at
  ORDER BY v.interval_start
  LIMIT 1
) AS n
WHERE s.production_format = ANY ($1::production_format[])
  AND ($2::text[] IS NULL OR m.meter_number = ANY ($2))
  AND ($3::text[] IS NULL OR m.cds_meterdevice_id = ANY ($3))
  AND ($4::text[] IS NULL OR s.cds_productionproject_id = ANY ($4))
