-- The base intervals, in seconds, of the projects asked for: $1 project ids, $2 meter numbers, $3 device
-- ids.
SELECT DISTINCT p.interval_seconds
FROM project p
WHERE ($1::text[] IS NULL OR p.cds_productionproject_id = ANY ($1))
  AND ($2::text[] IS NULL AND $3::text[] IS NULL OR EXISTS (
    SELECT FROM membership b JOIN meter m USING (meter_id)
    WHERE b.cds_productionproject_id = p.cds_productionproject_id
      AND ($2 IS NULL OR m.meter_number = ANY ($2))
      AND ($3 IS NULL OR m.cds_meterdevice_id = ANY ($3))))
ORDER BY p.interval_seconds
