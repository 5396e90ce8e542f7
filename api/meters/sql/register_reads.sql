-- The reads of a meter's registers, those at both bounds included: a month's first and last read
-- are both of its energy. Reads of one instant come as they stand in Kafka.
SELECT r.register, r.read_at, r.value, r.digits, r.multiplier, r.source_id, r.kafka_offset,
  r.recorded_at
FROM register_read r
WHERE r.meter_id = :meter_id AND r.read_at >= :start::timestamptz AND r.read_at <= :end::timestamptz
ORDER BY r.register, r.read_at, r.source_id, r.kafka_offset
LIMIT :limit
