-- The point of every meter, by time; a bound that is NULL is open.
SELECT m.meter_number, p.servicepoint_number, nullif(i.starts_at, '-infinity') AS starts_at,
  nullif(i.ends_at, 'infinity') AS ends_at
FROM installation i
JOIN meter m USING (meter_id)
JOIN service_point p USING (cds_servicepoint_id)
ORDER BY m.meter_number, i.starts_at
