-- The meter behind a segment id, with what its samples are read with, and the projects it belongs
-- to, each in its time. No row: the meter is unknown, or not granted.
SELECT m.meter_id, m.integration, m.hold_limit_seconds, m.modified_at, m.capacity_kw,
  m.station_load_kw, p.cds_productionproject_id, p.timezone, p.day_ahead_gate,
  p.hour_ahead_lead_minutes, p.technology, p.latitude, p.longitude,
  greatest(b.starts_at, '0001-01-02T00:00:00Z') AS starts_at,
  least(b.ends_at, '9999-12-30T00:00:00Z') AS ends_at
FROM meter m
JOIN membership b USING (meter_id)
JOIN project p USING (cds_productionproject_id)
WHERE m.meter_number = :meter_number
ORDER BY b.starts_at
