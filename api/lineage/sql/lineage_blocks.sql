-- The raw samples of one meter in intervals that start in [:first, :last]. Whole blocks: a sample
-- decides the time after it, so those before the first and after the last interval are read too.
SELECT b.channel, b.interval_start, b.source_id, b.block
FROM sample_block b
WHERE b.meter_id = :meter_id AND b.channel = ANY (enum_range(NULL::channel))
  AND b.interval_start >= :first AND b.interval_start <= :last
ORDER BY b.channel, b.interval_start, b.source_id
