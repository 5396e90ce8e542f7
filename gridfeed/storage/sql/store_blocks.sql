-- Raw samples of every interval that changed since the last checkpoint; whole blocks, so writing
-- one again changes nothing.
INSERT INTO sample_block AS b (meter_id, channel, interval_start, source_id, samples,
  through_offset, block)
SELECT meter_id, channel, interval_start, $1, samples, through_offset, block
FROM unnest($2::integer[], $3::channel[], $4::timestamptz[], $5::integer[], $6::bigint[],
  $7::bytea[]) AS t (meter_id, channel, interval_start, samples, through_offset, block)
ON CONFLICT (meter_id, channel, interval_start, source_id) DO UPDATE SET
  samples = excluded.samples, through_offset = excluded.through_offset, block = excluded.block,
  stored_at = clock_timestamp()
