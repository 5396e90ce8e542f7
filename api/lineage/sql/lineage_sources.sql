-- The topic partitions that a meter's messages came from.
SELECT s.source_id, s.stream, s.topic, s.kafka_partition, s.values_ahead
FROM lineage_source s
JOIN meter_source ms USING (source_id)
WHERE ms.meter_id = :meter_id
