-- Edits in force of these intervals end with the edit that replaces them.
UPDATE edited_interval i SET ended_at = :ended_at, ended_by = :ended_by::change_cause
FROM unnest(:meter_id::integer[], :production_format::production_format[], :channel::channel[],
  :interval_start::timestamptz[])
  AS w (meter_id, production_format, channel, interval_start)
WHERE i.ended_at IS NULL AND i.meter_id = w.meter_id
  AND i.production_format = w.production_format AND i.channel = w.channel
  AND i.interval_start = w.interval_start
