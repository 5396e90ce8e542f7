-- The newest blocks of each series, from :back_seconds seconds before its newest interval on.
SELECT b.meter_id, b.channel, b.interval_start, b.source_id, b.block
FROM unnest(:meter_id::integer[], :channel::channel[], :back_seconds::integer[])
  AS w (meter_id, channel, back_seconds)
CROSS JOIN LATERAL (
  SELECT n.interval_start FROM sample_block n
  WHERE n.meter_id = w.meter_id AND n.channel = w.channel
  ORDER BY n.interval_start DESC LIMIT 1
) newest
JOIN sample_block b ON b.meter_id = w.meter_id AND b.channel = w.channel
  AND b.interval_start >= newest.interval_start - w.back_seconds * interval '1 second'
