-- The broker keeps its log in memory and was restarted: every stored offset belongs to a log that
-- is gone. A worker notices that by itself only while the new log is shorter than the old one.
INSERT INTO ingest_source (stream, topic, kafka_partition, generation)
SELECT stream, topic, kafka_partition, max(generation) + 1
FROM ingest_source
GROUP BY stream, topic, kafka_partition
