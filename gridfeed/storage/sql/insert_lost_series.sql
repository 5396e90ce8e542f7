-- The series that a lost stretch may concern, and since when.
INSERT INTO lost_series (lost_id, meter_id, channel, starts_at)
SELECT :lost_id, meter_id, channel, starts_at
FROM unnest(:meter_id::integer[], :channel::channel[], :starts_at::timestamptz[])
  AS t (meter_id, channel, starts_at)
