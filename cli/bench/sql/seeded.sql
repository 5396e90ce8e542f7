-- What a benchmark has stored.
SELECT (SELECT count(*) FROM interval_value) AS intervals,
  pg_database_size(current_database()) AS bytes
