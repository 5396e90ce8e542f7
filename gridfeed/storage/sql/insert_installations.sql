-- NULL means that the side is open.
INSERT INTO installation (meter_id, cds_servicepoint_id, starts_at, ends_at)
SELECT m.meter_id, p.cds_servicepoint_id, coalesce(t.starts_at, '-infinity'),
  coalesce(t.ends_at, 'infinity')
FROM unnest(:meter_number::text[], :servicepoint_number::text[], :starts_at::timestamptz[],
  :ends_at::timestamptz[])
  AS t (meter_number, servicepoint_number, starts_at, ends_at)
JOIN meter m USING (meter_number)
JOIN service_point p USING (servicepoint_number)
