-- Starts a new generation: the topic was deleted and created again, so its offsets start again.
INSERT INTO ingest_source (stream, topic, kafka_partition, generation, epoch, topic_id)
SELECT stream, topic, kafka_partition, generation + 1, 1, :topic_id
FROM ingest_source WHERE source_id = :source_id
RETURNING source_id, next_offset, published_offset, letters_offset, epoch, topic_id,
  newest_offset, newest_at
