-- Another text whenever what is published of a selection changes, before it is read: each change moves
-- the sum of the instants at which its values were recorded, and no other does. Declarations move the
-- catalogue's version. With $7 of what changed after it alone, which is all that can change the answer.
SELECT concat_ws(' ', granted.catalogue_version(), v.how_many, v.recorded, r.how_many, r.recorded)
FROM (
  SELECT count(*) AS how_many, sum(extract(epoch FROM v.recorded_at)) AS recorded
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN interval_value v ON v.meter_id = m.meter_id
    AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
  WHERE v.production_format = ANY ($1::production_format[])
    AND ($2::text[] IS NULL OR m.meter_number = ANY ($2))
    AND ($3::text[] IS NULL OR m.cds_meterdevice_id = ANY ($3))
    AND ($4::text[] IS NULL OR b.cds_productionproject_id = ANY ($4))
    AND v.interval_start >= $5::timestamptz AND v.interval_start < $6::timestamptz
    AND ($7::timestamptz IS NULL OR v.recorded_at > $7)
) AS v
CROSS JOIN (
  SELECT count(*) AS how_many, sum(extract(epoch FROM r.recorded_at)) AS recorded
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN register_read r ON r.meter_id = m.meter_id
    AND r.read_at >= b.starts_at AND r.read_at < b.ends_at
  WHERE 'settlement' = ANY ($1)
    AND ($2 IS NULL OR m.meter_number = ANY ($2))
    AND ($3 IS NULL OR m.cds_meterdevice_id = ANY ($3))
    AND ($4 IS NULL OR b.cds_productionproject_id = ANY ($4))
    AND r.read_at >= $5 AND r.read_at < $6
    AND ($7 IS NULL OR r.recorded_at > $7)
) AS r
