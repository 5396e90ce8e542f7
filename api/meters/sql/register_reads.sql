-- The reads of a meter's registers, with the reads at both bounds: a month's energy needs the
-- month's first and last read. Reads of one instant come in their order in Kafka.
SELECT r.register, r.read_at, r.value, r.digits, r.multiplier, r.source_id, r.kafka_offset,
  r.recorded_at
FROM register_read r
WHERE r.meter_id = :meter_id AND r.read_at >= :start::timestamptz AND r.read_at <= :end::timestamptz
ORDER BY r.register, r.read_at, r.source_id, r.kafka_offset
LIMIT :limit
