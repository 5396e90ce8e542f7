-- The first later samples of series came: what was lost is of before. They may be of the past, so
-- only times that have begun by then end.
UPDATE lost_series t
SET ends_at = e.ends_at
FROM lost_stretch l, unnest(:meter_id::integer[], :channel::channel[], :ends_at::timestamptz[])
  AS e (meter_id, channel, ends_at)
WHERE l.lost_id = t.lost_id AND l.source_id = :source_id AND t.ends_at IS NULL
  AND t.meter_id = e.meter_id AND t.channel = e.channel
