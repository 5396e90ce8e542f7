-- Former values of open intervals, one a minute: what is left of those in open_version after
-- GRIDFEED_OPEN_DETAIL_HOURS, kept for GRIDFEED_OPEN_HISTORY_DAYS. A table of its own, so that the
-- rows of an interval leave open_version together and its pages and its indexes can be used again.
CREATE TABLE open_minute (LIKE open_version);
CREATE INDEX open_minute_of ON open_minute
  (meter_id, production_format, channel, interval_start, replaced_at);
CREATE INDEX open_minute_by_age ON open_minute (replaced_at);
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
    PERFORM create_hypertable('open_minute', 'replaced_at',
      chunk_time_interval => interval '1 day', create_default_indexes => false);
  END IF;
END $$;

-- All former values of open intervals that are kept.
CREATE VIEW former_open AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by,
  v.delta_microkwh
FROM open_version v
UNION ALL
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by,
  v.delta_microkwh
FROM open_minute v;

CREATE OR REPLACE VIEW granted.open_version AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by,
  v.delta_microkwh
FROM public.former_open v
JOIN granted.membership b ON b.meter_id = v.meter_id
  AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
WHERE v.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

-- How far housekeeping has thinned: intervals whose last open value was replaced before
-- open_versions_until, and updates of open intervals recorded before changes_until.
CREATE TABLE thinned (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  open_versions_until timestamptz NOT NULL DEFAULT '-infinity',
  changes_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO thinned DEFAULT VALUES;
