-- Every declared field of every service point.
SELECT servicepoint_number, tenant, servicepoint_types, servicepoint_address, latitude, longitude,
  premises
FROM service_point
ORDER BY servicepoint_number
