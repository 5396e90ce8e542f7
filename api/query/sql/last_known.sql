-- The latest interval before $5, but not before $6, of any series asked for that had a value at $6:
-- first_known, looking back.
SELECT max(v.interval_start)
FROM meter m
JOIN membership b USING (meter_id)
JOIN granted.interval_value v ON v.meter_id = m.meter_id
  AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
WHERE v.production_format = ANY ($1::production_format[])
  AND ($2::text[] IS NULL OR m.meter_number = ANY ($2))
  AND ($3::text[] IS NULL OR m.cds_meterdevice_id = ANY ($3))
  AND ($4::text[] IS NULL OR b.cds_productionproject_id = ANY ($4))
  AND v.interval_start < $5::timestamptz
  AND v.interval_start >= $6::timestamptz
  AND v.created_at <= $6::timestamptz
