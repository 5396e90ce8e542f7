-- The earliest interval at or after $5 of any series asked for: one index probe a series, so that
-- the walk over days can leap over years without values.
SELECT min(n.interval_start)
FROM meter m
CROSS JOIN unnest($1::production_format[]) AS f (production_format)
CROSS JOIN unnest(enum_range(NULL::channel)) AS c (channel)
CROSS JOIN LATERAL (
  SELECT v.interval_start
  FROM interval_value v
  WHERE v.meter_id = m.meter_id AND v.production_format = f.production_format
    AND v.channel = c.channel AND v.interval_start >= $5::timestamptz
  ORDER BY v.interval_start
  LIMIT 1
) AS n
WHERE ($2::text[] IS NULL OR m.meter_number = ANY ($2))
  AND ($3::text[] IS NULL OR m.cds_meterdevice_id = ANY ($3))
  AND ($4::text[] IS NULL OR m.cds_productionproject_id = ANY ($4))
