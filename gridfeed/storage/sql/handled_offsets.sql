-- How far workers are in the partitions of a topic: what lies below is published or rejected. Of a
-- topic that was created again only the newest generation counts.
SELECT DISTINCT ON (kafka_partition) kafka_partition, generation, published_offset
FROM ingest_source
WHERE topic = :topic
ORDER BY kafka_partition, generation DESC
