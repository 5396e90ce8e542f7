-- The series of a partition of which no later sample has come since messages were lost.
SELECT t.meter_id, t.channel, min(t.starts_at) AS starts_at
FROM lost_series t
JOIN lost_stretch l USING (lost_id)
WHERE l.source_id = :source_id AND t.ends_at IS NULL
GROUP BY t.meter_id, t.channel
