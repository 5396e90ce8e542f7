-- Hypertables where TimescaleDB is there, plain tables otherwise; only Apache-licensed features.
-- Chunks of days, not hours: lock table and planning time grow with the number of chunks.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') THEN
    RETURN;
  END IF;
  CREATE EXTENSION IF NOT EXISTS timescaledb;
  PERFORM create_hypertable('interval_value', 'interval_start', chunk_time_interval => interval '7 days', migrate_data => true);
  PERFORM create_hypertable('interval_version', 'replaced_at', chunk_time_interval => interval '30 days', migrate_data => true);
  PERFORM create_hypertable('sample_block', 'interval_start', chunk_time_interval => interval '7 days', migrate_data => true);
  PERFORM create_hypertable('change', 'recorded_at', chunk_time_interval => interval '1 day', migrate_data => true);
END $$;
