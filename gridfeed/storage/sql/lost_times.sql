-- The times, not ending before :since, when these meters' series may lack samples.
SELECT t.meter_id, t.channel, t.starts_at, t.ends_at
FROM lost_time t
WHERE t.meter_id = ANY (:meter_ids::integer[]) AND (t.ends_at IS NULL OR t.ends_at >= :since)
