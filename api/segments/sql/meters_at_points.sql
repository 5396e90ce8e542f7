-- The numbers of all meters ever installed at one of the service points.
SELECT DISTINCT m.meter_number
FROM installation i
JOIN meter m USING (meter_id)
JOIN service_point p USING (cds_servicepoint_id)
WHERE (:cds_servicepoint_ids::text[] IS NULL OR i.cds_servicepoint_id = ANY (:cds_servicepoint_ids))
  AND (:servicepoint_numbers::text[] IS NULL OR p.servicepoint_number = ANY (:servicepoint_numbers))
