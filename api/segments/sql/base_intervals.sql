-- The base intervals, in seconds, of the requested projects.
SELECT DISTINCT p.interval_seconds
FROM project p
WHERE (:cds_productionproject_ids::text[] IS NULL
    OR p.cds_productionproject_id = ANY (:cds_productionproject_ids))
  AND (:meter_numbers::text[] IS NULL AND :cds_meterdevice_ids::text[] IS NULL OR EXISTS (
    SELECT FROM membership b JOIN meter m USING (meter_id)
    WHERE b.cds_productionproject_id = p.cds_productionproject_id
      AND (:meter_numbers IS NULL OR m.meter_number = ANY (:meter_numbers))
      AND (:cds_meterdevice_ids IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))))
ORDER BY p.interval_seconds
