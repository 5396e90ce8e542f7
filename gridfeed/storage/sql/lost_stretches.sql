-- Messages that left the log unhandled, oldest first; the acknowledged ones only with
-- :acknowledged.
SELECT l.lost_id, s.topic, s.kafka_partition, s.generation, l.first_offset, l.last_offset,
  l.noticed_at, l.after_at, l.before_at,
  (SELECT count(*) FROM lost_series t WHERE t.lost_id = l.lost_id)::integer AS series,
  l.acknowledged_at, l.acknowledged_by, l.note
FROM lost_stretch l
JOIN ingest_source s USING (source_id)
WHERE :acknowledged OR l.acknowledged_at IS NULL
ORDER BY l.lost_id
