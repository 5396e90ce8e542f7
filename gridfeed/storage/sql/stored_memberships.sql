-- The project of every meter, by time; a bound that is NULL is open.
SELECT m.meter_number, b.cds_productionproject_id, nullif(b.starts_at, '-infinity') AS starts_at,
  nullif(b.ends_at, 'infinity') AS ends_at
FROM membership b JOIN meter m USING (meter_id)
ORDER BY m.meter_number, b.starts_at
