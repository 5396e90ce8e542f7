-- The first later samples of series came: each ends the times that begin where it says, and no
-- others. A series may wait behind two losses, and a sample between them ends the first one alone.
UPDATE lost_series t
SET ends_at = e.ends_at
FROM lost_stretch l, unnest(
  :meter_id::integer[], :channel::channel[], :starts_at::timestamptz[], :ends_at::timestamptz[]
) AS e (meter_id, channel, starts_at, ends_at)
WHERE l.lost_id = t.lost_id AND l.source_id = :source_id AND t.ends_at IS NULL
  AND t.meter_id = e.meter_id AND t.channel = e.channel AND t.starts_at = e.starts_at
