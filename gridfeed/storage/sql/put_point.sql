-- synced_at always moves: the content was confirmed. modified_at with a declared field, or with the
-- contracts that it serves ($8).
INSERT INTO service_point AS p
  (servicepoint_number, tenant, servicepoint_types, servicepoint_address, latitude, longitude,
   premises)
SELECT $1, $2, $3, $4, $5, $6, $7::jsonb
ON CONFLICT (cds_servicepoint_id) DO UPDATE SET
  servicepoint_types = $3, servicepoint_address = $4, latitude = $5, longitude = $6,
  premises = $7::jsonb,
  modified_at = CASE WHEN $8::boolean THEN clock_timestamp() ELSE p.modified_at END,
  synced_at = clock_timestamp()
