-- A worker that is given a partition raises the epoch of its row: compared with an earlier look,
-- this tells which partitions have an owner by now. A new generation begins with a low epoch.
SELECT DISTINCT ON (topic, kafka_partition) topic, kafka_partition, generation, epoch
FROM ingest_source
ORDER BY topic, kafka_partition, generation DESC
