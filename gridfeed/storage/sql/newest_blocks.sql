-- The newest block of each series that a partition brought, also before its topic was created
-- again, and when it was stored.
SELECT n.meter_id, n.channel, n.interval_start, n.source_id, n.block, n.stored_at
FROM ingest_source s
JOIN ingest_source o ON o.topic = s.topic AND o.kafka_partition = s.kafka_partition
JOIN meter_source ms ON ms.source_id = o.source_id
CROSS JOIN unnest(enum_range(NULL::channel)) AS c (channel)
CROSS JOIN LATERAL (
  SELECT b.meter_id, b.channel, b.interval_start, b.source_id, b.block, b.stored_at
  FROM sample_block b
  WHERE b.meter_id = ms.meter_id AND b.channel = c.channel AND b.source_id = o.source_id
  ORDER BY b.interval_start DESC LIMIT 1
) n
WHERE s.source_id = :source_id
