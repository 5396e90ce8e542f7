-- Takes a topic partition over: the higher epoch fences its former owner. generation is the newest
-- one, or a new one if the topic was deleted and created again. A partition that no worker ever had
-- begins at :begins, the start of its log. :topic_id is the topic's id, if the broker tells it; a
-- row from before Gridfeed asked for ids takes it over unchecked.
INSERT INTO ingest_source AS s (stream, topic, kafka_partition, generation, epoch, next_offset,
  published_offset, topic_id)
SELECT :stream, :topic, :kafka_partition, coalesce(max(generation), 1), 1, :begins, :begins,
  :topic_id
FROM ingest_source WHERE topic = :topic AND kafka_partition = :kafka_partition
ON CONFLICT (topic, kafka_partition, generation) DO UPDATE
SET epoch = s.epoch + 1, topic_id = coalesce(s.topic_id, excluded.topic_id)
RETURNING source_id, next_offset, published_offset, letters_offset, epoch, topic_id,
  newest_offset, newest_at
