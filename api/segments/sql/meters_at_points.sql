-- Numbers of the meters that ever were at one of the service points, by id ($1) and number ($2).
SELECT DISTINCT m.meter_number
FROM installation i
JOIN meter m USING (meter_id)
JOIN service_point p USING (cds_servicepoint_id)
WHERE ($1::text[] IS NULL OR i.cds_servicepoint_id = ANY ($1))
  AND ($2::text[] IS NULL OR p.servicepoint_number = ANY ($2))
