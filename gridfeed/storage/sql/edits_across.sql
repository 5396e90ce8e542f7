-- Intervals of an edit that cross stored intervals: a series has one value at every instant. An
-- interval is at most a day long, so stored intervals that start more than a day earlier cannot
-- reach it.
SELECT w.interval_start, w.interval_seconds, v.interval_start AS stored_start,
  v.interval_seconds AS stored_seconds
FROM unnest(:meter_id::integer[], :production_format::production_format[], :channel::channel[],
  :interval_start::timestamptz[], :interval_seconds::integer[])
  AS w (meter_id, production_format, channel, interval_start, interval_seconds)
JOIN interval_value v ON v.meter_id = w.meter_id
  AND v.production_format = w.production_format AND v.channel = w.channel
  AND v.interval_start < w.interval_start + make_interval(secs => w.interval_seconds)
  AND v.interval_start > w.interval_start - interval '1 day'
  AND v.interval_start + make_interval(secs => v.interval_seconds) > w.interval_start
WHERE (v.interval_start, v.interval_seconds) <> (w.interval_start, w.interval_seconds)
  AND v.interval_start BETWEEN :earliest::timestamptz - interval '1 day'
    AND :latest::timestamptz + interval '1 day'
ORDER BY w.interval_start
LIMIT 1
