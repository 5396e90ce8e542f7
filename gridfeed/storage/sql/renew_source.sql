-- Starts a new generation: the stored offset lies beyond the end of the log, so the topic was
-- deleted and created again, and its offsets begin anew.
INSERT INTO ingest_source (stream, topic, kafka_partition, generation, epoch)
SELECT stream, topic, kafka_partition, generation + 1, 1 FROM ingest_source WHERE source_id = $1
RETURNING source_id, next_offset, published_offset, letters_offset, epoch
