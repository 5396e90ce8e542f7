-- Chunks that end at the result or earlier hold only rows older than :before; NULL if there are
-- none.
SELECT max(c.range_end)
FROM timescaledb_information.chunks c
WHERE c.hypertable_name = 'change' AND c.range_end <= :before::timestamptz
