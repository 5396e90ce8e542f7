-- NULL is an open side.
INSERT INTO installation (meter_id, cds_servicepoint_id, starts_at, ends_at)
SELECT m.meter_id, p.cds_servicepoint_id, coalesce(t.starts_at, '-infinity'),
  coalesce(t.ends_at, 'infinity')
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
  AS t (meter_number, servicepoint_number, starts_at, ends_at)
JOIN meter m USING (meter_number)
JOIN service_point p USING (servicepoint_number)
