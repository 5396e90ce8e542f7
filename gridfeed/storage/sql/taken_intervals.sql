-- The published intervals of a series that could overlap new ones; the bounds $6 and $7 let the
-- planner leave out chunks.
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds
FROM unnest($1::integer[], $2::production_format[], $3::channel[], $4::timestamptz[],
  $5::timestamptz[]) AS w (meter_id, production_format, channel, earliest, last_end)
JOIN interval_value v ON v.meter_id = w.meter_id AND v.production_format = w.production_format
  AND v.channel = w.channel AND v.interval_start > w.earliest AND v.interval_start < w.last_end
WHERE v.interval_start > $6 AND v.interval_start < $7
