-- A meter with the unit of its newest project among those that the grant shows. No row: the meter
-- is unknown or not granted.
SELECT m.meter_id, m.capacity_kw, p.units
FROM meter m
JOIN membership b USING (meter_id)
JOIN project p USING (cds_productionproject_id)
WHERE m.meter_number = :meter_number
ORDER BY b.starts_at DESC
LIMIT 1
