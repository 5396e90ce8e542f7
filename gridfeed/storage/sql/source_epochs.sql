-- Every take-over of a partition raises the epoch of its row. Compared with an earlier result, this
-- shows which partitions have had an owner since. A new generation starts with a low epoch.
SELECT DISTINCT ON (topic, kafka_partition) topic, kafka_partition, generation, epoch
FROM ingest_source
ORDER BY topic, kafka_partition, generation DESC
