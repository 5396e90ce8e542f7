-- The raw samples of one meter in intervals that start in [$2, $3]. Whole blocks: a sample decides
-- the time after it, so those before the first and after the last interval are read too.
SELECT b.channel, b.interval_start, b.source_id, b.block
FROM sample_block b
WHERE b.meter_id = $1 AND b.channel = ANY (enum_range(NULL::channel))
  AND b.interval_start >= $2 AND b.interval_start <= $3
ORDER BY b.channel, b.interval_start, b.source_id
