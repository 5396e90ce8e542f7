-- The topic partitions that a meter's messages came from ($2: named by its stored data), and how
-- far their raw samples are stored.
SELECT s.source_id, s.stream, s.topic, s.kafka_partition, s.generation, s.next_offset,
  s.published_offset
FROM ingest_source s
WHERE s.source_id = ANY ($2::integer[])
  OR s.source_id IN (SELECT ms.source_id FROM meter_source ms WHERE ms.meter_id = $1)
