-- The times of these meters' series that lost samples may be of, and that do not end before $2. Of a
-- series that goes on at once it is at least as long as the stretch took to be appended.
SELECT meter_id, channel, starts_at, ends_at
FROM (
  SELECT t.meter_id, t.channel, t.starts_at,
    CASE WHEN t.ends_at IS NOT NULL
      THEN greatest(t.ends_at, t.starts_at + (l.before_at - l.after_at)) END AS ends_at
  FROM lost_series t
  JOIN lost_stretch l USING (lost_id)
  WHERE t.meter_id = ANY ($1::integer[])
) AS times
WHERE ends_at IS NULL OR ends_at >= $2
