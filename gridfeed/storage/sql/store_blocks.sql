-- Raw samples of every interval that changed since the last checkpoint. Blocks are whole, so
-- writing one again changes nothing.
INSERT INTO sample_block AS b (meter_id, channel, interval_start, source_id, samples,
  through_offset, block)
SELECT meter_id, channel, interval_start, :source_id, samples, through_offset, block
FROM unnest(:meter_id::integer[], :channel::channel[], :interval_start::timestamptz[],
  :samples::integer[], :through_offset::bigint[], :block::bytea[])
  AS t (meter_id, channel, interval_start, samples, through_offset, block)
ON CONFLICT (meter_id, channel, interval_start, source_id) DO UPDATE SET
  samples = excluded.samples, through_offset = excluded.through_offset, block = excluded.block,
  stored_at = clock_timestamp()
