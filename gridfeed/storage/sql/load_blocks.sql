-- The blocks around late samples; the bounds :earliest and :latest let the planner leave out
-- chunks.
SELECT DISTINCT ON (b.meter_id, b.channel, b.interval_start, b.source_id)
  b.meter_id, b.channel, b.interval_start, b.source_id, b.block
FROM unnest(:meter_id::integer[], :channel::channel[], :first_start::timestamptz[],
  :last_start::timestamptz[])
  AS w (meter_id, channel, first_start, last_start)
JOIN sample_block b ON b.meter_id = w.meter_id AND b.channel = w.channel
  AND b.interval_start BETWEEN w.first_start AND w.last_start
WHERE b.interval_start BETWEEN :earliest AND :latest
ORDER BY b.meter_id, b.channel, b.interval_start, b.source_id
