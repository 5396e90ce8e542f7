-- A worker that is given a partition raises the epoch of its row: compared with an earlier look,
-- this tells which partitions have an owner by now.
SELECT topic, kafka_partition, max(generation) AS generation, max(epoch) AS epoch
FROM ingest_source
GROUP BY topic, kafka_partition
