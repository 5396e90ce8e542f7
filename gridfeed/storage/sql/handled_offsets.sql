-- How far the workers are in the partitions of a topic: each message below the offset is published
-- or rejected. If a topic was created again, only its newest generation counts.
SELECT DISTINCT ON (kafka_partition) kafka_partition, generation, published_offset
FROM ingest_source
WHERE topic = :topic
ORDER BY kafka_partition, generation DESC
