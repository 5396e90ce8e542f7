-- The series of a partition that have brought no later sample since messages were lost: a row for
-- each loss that a series waits behind.
SELECT t.meter_id, t.channel, t.starts_at
FROM lost_series t
JOIN lost_stretch l USING (lost_id)
WHERE l.source_id = :source_id AND t.ends_at IS NULL
ORDER BY t.meter_id, t.channel, t.starts_at
