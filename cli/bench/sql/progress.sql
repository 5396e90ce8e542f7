-- How far a worker is: partitions it has opened, and messages that are durable.
SELECT count(*) AS partitions, coalesce(sum(next_offset), 0)::bigint AS messages
FROM ingest_source WHERE topic = :topic
