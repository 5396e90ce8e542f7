-- The latest interval before $5 of any series asked for whose value changed after $6: first_changed,
-- looking back.
SELECT greatest(v.at, r.at)
FROM (
  SELECT max(v.interval_start) AS at
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN interval_value v ON v.meter_id = m.meter_id
    AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
  WHERE v.production_format = ANY ($1::production_format[])
    AND ($2::text[] IS NULL OR m.meter_number = ANY ($2))
    AND ($3::text[] IS NULL OR m.cds_meterdevice_id = ANY ($3))
    AND ($4::text[] IS NULL OR b.cds_productionproject_id = ANY ($4))
    AND v.interval_start < $5::timestamptz
    AND v.recorded_at > $6::timestamptz
) AS v
CROSS JOIN (
  SELECT max(r.read_at) AS at
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN register_read r ON r.meter_id = m.meter_id
    AND r.read_at >= b.starts_at AND r.read_at < b.ends_at
  WHERE 'settlement' = ANY ($1)
    AND ($2 IS NULL OR m.meter_number = ANY ($2))
    AND ($3 IS NULL OR m.cds_meterdevice_id = ANY ($3))
    AND ($4 IS NULL OR b.cds_productionproject_id = ANY ($4))
    AND r.read_at < $5
    AND r.recorded_at > $6
) AS r
