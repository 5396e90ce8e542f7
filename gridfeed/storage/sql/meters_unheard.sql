-- Meters in force at $1 of which nothing was ever stored, by number, and how many there are; those
-- declared after $2 are new. Each EXISTS is a look-up in a primary key that begins with the meter.
SELECT m.meter_number, m.created_at > $2 AS is_new
FROM meter m
WHERE EXISTS (
    SELECT FROM membership b
    WHERE b.meter_id = m.meter_id AND b.starts_at <= $1 AND b.ends_at > $1)
  AND NOT EXISTS (SELECT FROM series s WHERE s.meter_id = m.meter_id)
  AND NOT EXISTS (SELECT FROM register_read r WHERE r.meter_id = m.meter_id)
ORDER BY m.meter_number
