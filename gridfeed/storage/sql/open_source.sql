-- Takes a topic partition over: the higher epoch fences whoever held it before. generation is the
-- newest one, or a new one when the topic was deleted and created again.
INSERT INTO ingest_source AS s (stream, topic, kafka_partition, generation, epoch)
SELECT $1, $2, $3, coalesce(max(generation), 1), 1
FROM ingest_source WHERE topic = $2 AND kafka_partition = $3
ON CONFLICT (topic, kafka_partition, generation) DO UPDATE SET epoch = s.epoch + 1
RETURNING source_id, next_offset, published_offset, letters_offset, epoch
