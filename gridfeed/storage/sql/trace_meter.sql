-- The meter behind a segment id, with what its samples are read with.
SELECT m.meter_id, m.meter_number, m.integration, m.hold_limit_seconds,
  p.cds_productionproject_id, p.timezone, p.interval_seconds, p.interval_anchor_seconds, p.units
FROM meter m JOIN project p USING (cds_productionproject_id)
WHERE m.meter_number = $1
