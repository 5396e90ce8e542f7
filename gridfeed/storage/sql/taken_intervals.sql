-- The published intervals of a series that could overlap new ones; the bounds :after and :before
-- let the planner leave out chunks.
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds
FROM unnest(:meter_id::integer[], :production_format::production_format[], :channel::channel[],
  :earliest::timestamptz[], :last_end::timestamptz[])
  AS w (meter_id, production_format, channel, earliest, last_end)
JOIN interval_value v ON v.meter_id = w.meter_id AND v.production_format = w.production_format
  AND v.channel = w.channel AND v.interval_start > w.earliest AND v.interval_start < w.last_end
WHERE v.interval_start > :after AND v.interval_start < :before
