-- Meters in force at :now without any stored data, by number; those declared after :new_since are
-- new. Each EXISTS is a look-up in a primary key that begins with the meter.
SELECT m.meter_number, m.created_at > :new_since AS is_new
FROM meter m
WHERE EXISTS (
    SELECT FROM membership b
    WHERE b.meter_id = m.meter_id AND b.starts_at <= :now AND b.ends_at > :now)
  AND NOT EXISTS (SELECT FROM series s WHERE s.meter_id = m.meter_id)
  AND NOT EXISTS (SELECT FROM register_read r WHERE r.meter_id = m.meter_id)
ORDER BY m.meter_number
