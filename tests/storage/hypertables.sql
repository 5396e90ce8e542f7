-- What TimescaleDB makes of the tables: chunks, compression, jobs and continuous aggregates.
SELECT format('hypertable %s.%s', h.hypertable_schema, h.hypertable_name) AS object, ARRAY[
    CASE WHEN h.compression_enabled THEN 'compression' END,
    'tablespaces ' || h.tablespaces::text] || (
  SELECT array_agg(format('%s %s, chunks of %s', d.column_name, d.column_type,
    coalesce(d.time_interval::text, d.integer_interval::text, d.num_partitions::text))
    ORDER BY d.dimension_number)
  FROM timescaledb_information.dimensions d
  WHERE d.hypertable_schema = h.hypertable_schema AND d.hypertable_name = h.hypertable_name) AS lines
FROM timescaledb_information.hypertables h
UNION ALL
SELECT format('job %s of %s', j.proc_name, j.hypertable_name),
  ARRAY[j.schedule_interval::text, j.config::text]
FROM timescaledb_information.jobs j
WHERE j.hypertable_name IS NOT NULL
UNION ALL
SELECT format('continuous aggregate %s', a.view_name), ARRAY[a.view_definition]
FROM timescaledb_information.continuous_aggregates a
