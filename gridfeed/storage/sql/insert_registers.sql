-- Every register read is kept as it came; the same read again changes nothing.
INSERT INTO register_read (meter_id, register, digits, multiplier, value, read_at, source_id,
  kafka_offset, recorded_at)
SELECT meter_id, register, digits, multiplier, value, read_at, $1, kafka_offset, $9
FROM unnest($2::integer[], $3::text[], $4::integer[], $5::numeric[], $6::text[],
  $7::timestamptz[], $8::bigint[])
  AS t (meter_id, register, digits, multiplier, value, read_at, kafka_offset)
ORDER BY kafka_offset
ON CONFLICT DO NOTHING
