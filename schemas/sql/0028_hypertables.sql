-- Hypertables where TimescaleDB is there, plain tables otherwise; only Apache-licensed features.
-- Chunks of days, not hours: lock table and planning time grow with the number of chunks. Chunks of
-- one day where old rows are dropped with their chunk, instead of deleted row by row.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') THEN
    RETURN;
  END IF;
  CREATE EXTENSION IF NOT EXISTS timescaledb;
  -- Without TimescaleDB's default index on time alone. Everything that is read of these two is read
  -- by series; the planner took that index for a day and went through everybody's values (200 meters
  -- a day: 46 s with it, 1.4 s without), and every insert had to keep it.
  PERFORM create_hypertable('interval_value', 'interval_start',
    chunk_time_interval => interval '7 days', create_default_indexes => false);
  PERFORM create_hypertable('sample_block', 'interval_start',
    chunk_time_interval => interval '7 days', create_default_indexes => false);
  PERFORM create_hypertable('interval_version', 'replaced_at',
    chunk_time_interval => interval '30 days');
  PERFORM create_hypertable('change', 'recorded_at', chunk_time_interval => interval '1 day');
  PERFORM create_hypertable('open_version', 'replaced_at', chunk_time_interval => interval '1 day');
END $$;
