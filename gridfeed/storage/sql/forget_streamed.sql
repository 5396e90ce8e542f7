-- After an edit is withdrawn, the streams' values are published again and no longer wait.
DELETE FROM streamed_value s
USING unnest(:meter_id::integer[], :production_format::production_format[], :channel::channel[],
  :interval_start::timestamptz[], :cause::change_cause[])
  AS w (meter_id, production_format, channel, interval_start, cause)
WHERE w.cause = 'withdrawn' AND s.meter_id = w.meter_id
  AND s.production_format = w.production_format AND s.channel = w.channel
  AND s.interval_start = w.interval_start
