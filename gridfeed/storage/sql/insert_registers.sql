-- Every register read is kept as it came; a repeated read changes nothing.
INSERT INTO register_read (meter_id, register, digits, multiplier, value, read_at, source_id,
  kafka_offset, recorded_at)
SELECT meter_id, register, digits, multiplier, value, read_at, :source_id, kafka_offset,
  :recorded_at
FROM unnest(:meter_id::integer[], :register::text[], :digits::integer[], :multiplier::numeric[],
  :value::text[], :read_at::timestamptz[], :kafka_offset::bigint[])
  AS t (meter_id, register, digits, multiplier, value, read_at, kafka_offset)
ORDER BY kafka_offset
ON CONFLICT DO NOTHING
