-- synced_at always moves: the content was confirmed. modified_at moves only if a declared field or
-- the contracts that the point serves changed (:modified).
INSERT INTO service_point AS p
  (servicepoint_number, tenant, servicepoint_types, servicepoint_address, latitude, longitude,
   premises)
SELECT :servicepoint_number, :tenant, :servicepoint_types, :servicepoint_address, :latitude,
  :longitude, :premises::jsonb
ON CONFLICT (cds_servicepoint_id) DO UPDATE SET
  servicepoint_types = :servicepoint_types, servicepoint_address = :servicepoint_address,
  latitude = :latitude, longitude = :longitude, premises = :premises::jsonb,
  modified_at = CASE WHEN :modified::boolean THEN clock_timestamp() ELSE p.modified_at END,
  synced_at = clock_timestamp()
