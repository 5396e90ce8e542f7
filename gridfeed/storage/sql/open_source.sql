-- Takes a topic partition over: the higher epoch fences whoever held it before. generation is the
-- newest one, or a new one when the topic was deleted and created again. A partition that no worker
-- ever had begins at $4, the start of its log. $5: the topic's id, where the broker tells it; of a
-- row from before that was asked, it is taken as it is.
INSERT INTO ingest_source AS s (stream, topic, kafka_partition, generation, epoch, next_offset,
  published_offset, topic_id)
SELECT $1, $2, $3, coalesce(max(generation), 1), 1, $4, $4, $5
FROM ingest_source WHERE topic = $2 AND kafka_partition = $3
ON CONFLICT (topic, kafka_partition, generation) DO UPDATE
SET epoch = s.epoch + 1, topic_id = coalesce(s.topic_id, excluded.topic_id)
RETURNING source_id, next_offset, published_offset, letters_offset, epoch, topic_id,
  newest_offset, newest_at
