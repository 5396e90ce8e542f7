-- A worker's progress: the partitions that it has opened, and the messages that are durable.
SELECT count(*) AS partitions, coalesce(sum(next_offset), 0)::bigint AS messages
FROM ingest_source WHERE topic = :topic
