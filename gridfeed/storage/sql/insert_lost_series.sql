-- Which time of which series the stretch may be of.
INSERT INTO lost_series (lost_id, meter_id, channel, starts_at)
SELECT :lost_id, meter_id, channel, starts_at
FROM unnest(:meter_id::integer[], :channel::channel[], :starts_at::timestamptz[])
  AS t (meter_id, channel, starts_at)
