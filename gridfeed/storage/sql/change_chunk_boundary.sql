-- Chunks that end here or earlier hold nothing younger than :before; NULL when there is none.
SELECT max(c.range_end)
FROM timescaledb_information.chunks c
WHERE c.hypertable_name = 'change' AND c.range_end <= :before::timestamptz
