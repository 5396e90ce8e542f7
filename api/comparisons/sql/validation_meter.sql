-- A meter, with the facts of its plant that validation needs and the times in which the meter
-- belongs to a project that the grant shows. The plant is that of the newest of these projects.
-- Nothing is expected at other times. No row: the meter is unknown or not granted.
SELECT m.meter_id, m.capacity_kw, m.station_load_kw, p.timezone, p.interval_seconds, p.units,
  p.technology, p.latitude, p.longitude,
  array_agg(greatest(b.starts_at, '0001-01-02T00:00:00Z')) OVER () AS starts,
  array_agg(least(b.ends_at, '9999-12-30T00:00:00Z')) OVER () AS ends
FROM meter m
JOIN membership b USING (meter_id)
JOIN project p USING (cds_productionproject_id)
WHERE m.meter_number = :meter_number
ORDER BY b.starts_at DESC
LIMIT 1
