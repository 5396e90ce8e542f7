-- The views of 0003 for meters that change project, and a second schema that shows the past: with
-- search_path = granted_as_of, granted a statement sees what was published at gridfeed.as_of.
DROP VIEW granted.offering, granted.series, granted.meter_source, granted.sample_block,
  granted.change, granted.interval_version, granted.interval_value, granted.meter;

-- Without a join to granted.project: every view below begins here, and the planner that expects few
-- of the projects compared each value with each of them (a meter's day: 14 ms, now 1 ms).
CREATE VIEW granted.membership AS
SELECT b.meter_id, b.cds_productionproject_id, b.starts_at, b.ends_at
FROM public.membership b
WHERE (SELECT granted.every_project())
   OR b.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

-- Without the project: whose an interval is, only granted.membership says. A client that may see
-- one of a meter's projects must not learn of the others.
CREATE VIEW granted.meter AS
SELECT m.meter_id, m.meter_number, m.cds_meterdevice_id, m.capacity_kw, m.station_load_kw,
  m.integration, m.hold_limit_seconds, m.created_at, m.modified_at, m.synced_at
FROM public.meter m
WHERE EXISTS (SELECT FROM granted.membership b WHERE b.meter_id = m.meter_id);

CREATE VIEW granted.contract_share AS
SELECT s.cds_productionproject_id, s.starts_at, s.ends_at, s.numerator, s.denominator
FROM public.contract_share s
WHERE (SELECT granted.every_project())
   OR s.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

CREATE VIEW granted.settlement_run AS
SELECT r.cds_productionproject_id, r.settlement_version, r.code
FROM public.settlement_run r
WHERE (SELECT granted.every_project())
   OR r.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

CREATE VIEW granted.interval_value AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM public.interval_value v
JOIN granted.membership b ON b.meter_id = v.meter_id
  AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
WHERE v.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

-- What final values replaced, and what the values of open intervals did.
CREATE VIEW granted.interval_version AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by,
  v.delta_microkwh
FROM public.interval_version v
JOIN granted.membership b ON b.meter_id = v.meter_id
  AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
WHERE v.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted.open_version AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by,
  v.delta_microkwh
FROM public.open_version v
JOIN granted.membership b ON b.meter_id = v.meter_id
  AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
WHERE v.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted.settlement_read AS
SELECT r.meter_id, r.channel, r.interval_start, r.interval_seconds, r.settlement_version,
  r.energy_microkwh, r.quality, r.read_at, r.source_id, r.kafka_offset, r.recorded_at
FROM public.settlement_read r
JOIN granted.membership b ON b.meter_id = r.meter_id
  AND r.interval_start >= b.starts_at AND r.interval_start < b.ends_at
WHERE 'settlement' = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted.forecast_vintage AS
SELECT f.meter_id, f.production_format, f.interval_start, f.interval_seconds, f.issued_at,
  f.in_time, f.power_microkw, f.p10_microkw, f.p90_microkw, f.model, f.source_id, f.kafka_offset,
  f.recorded_at
FROM public.forecast_vintage f
JOIN granted.membership b ON b.meter_id = f.meter_id
  AND f.interval_start >= b.starts_at AND f.interval_start < b.ends_at
WHERE f.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

-- A change row may run over the day a meter changed project: who sees one of the two sees its part,
-- without the delta, which is of the whole; who sees both sees one row, of the earlier project.
CREATE VIEW granted.change AS
SELECT c.xid, c.seq, c.kind, c.meter_id, b.cds_productionproject_id, c.production_format, c.channel,
  greatest(c.interval_from, b.starts_at) AS interval_from,
  least(c.interval_to, b.ends_at) AS interval_to,
  c.interval_seconds, c.recorded_at, c.cause,
  CASE WHEN c.interval_from >= b.starts_at AND c.interval_to <= b.ends_at
    THEN c.delta_microkwh END AS delta_microkwh
FROM public.change c
CROSS JOIN LATERAL (
  SELECT (array_agg(m.cds_productionproject_id ORDER BY m.starts_at))[1] AS cds_productionproject_id,
    min(m.starts_at) AS starts_at, max(m.ends_at) AS ends_at
  FROM granted.membership m
  WHERE m.meter_id = c.meter_id AND m.starts_at < c.interval_to AND m.ends_at > c.interval_from
) AS b
WHERE c.production_format = ANY ((SELECT granted.production_formats())::public.production_format[])
  AND b.cds_productionproject_id IS NOT NULL;

CREATE VIEW granted.sample_block AS
SELECT s.meter_id, s.channel, s.interval_start, s.source_id, s.samples, s.through_offset, s.block,
  s.stored_at
FROM public.sample_block s
JOIN granted.membership b ON b.meter_id = s.meter_id
  AND s.interval_start >= b.starts_at AND s.interval_start < b.ends_at
WHERE 'scada' = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted.meter_source AS
SELECT ms.meter_id, ms.source_id FROM public.meter_source ms JOIN granted.meter m USING (meter_id);

-- Which partition said a thing: topic and place, never its offsets.
DROP VIEW granted.ingest_source;
CREATE VIEW granted.ingest_source AS
SELECT s.source_id, s.stream, s.topic, s.kafka_partition, s.generation, s.synced_at
FROM public.ingest_source s
WHERE s.generation = (
  SELECT max(n.generation) FROM public.ingest_source n
  WHERE n.topic = s.topic AND n.kafka_partition = s.kafka_partition
);

-- Whether a series has visible values in [starts_at, ends_at). Not SQL: a query that names it is then
-- not planned over every chunk for the few meters it is asked of.
CREATE FUNCTION granted.has_values(meter integer, format public.production_format,
  of_channel public.channel, starts_at timestamptz, ends_at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM granted.interval_value v
    WHERE v.meter_id = meter AND v.production_format = format AND v.channel = of_channel
      AND v.interval_start >= has_values.starts_at AND v.interval_start < has_values.ends_at);
END
$$;

-- Which series have values while their meter belongs to a visible project, and when that is. Only of
-- a meter that changed project the values are asked: what it had elsewhere says nothing about here.
CREATE VIEW granted.project_series AS
SELECT b.cds_productionproject_id, b.starts_at, b.ends_at, s.meter_id, s.production_format,
  s.channel, s.created_at
FROM public.series s
JOIN granted.membership b USING (meter_id)
WHERE s.production_format = ANY ((SELECT granted.production_formats())::public.production_format[])
  AND (b.starts_at = '-infinity' AND b.ends_at = 'infinity' OR granted.has_values(
    s.meter_id, s.production_format, s.channel, b.starts_at, b.ends_at));

CREATE VIEW granted.series AS
SELECT s.meter_id, s.production_format, s.channel, s.created_at
FROM public.series s
WHERE s.production_format = ANY ((SELECT granted.production_formats())::public.production_format[])
  AND EXISTS (
    SELECT FROM granted.membership b
    WHERE b.meter_id = s.meter_id
      AND (b.starts_at = '-infinity' AND b.ends_at = 'infinity' OR granted.has_values(
        s.meter_id, s.production_format, s.channel, b.starts_at, b.ends_at)));

-- What a project offers, by its visible meters' series: NET or GROSS with STATION_LOAD is net
-- metering; a contract's share is published of measured energy only.
CREATE VIEW granted.offering AS
SELECT s.cds_productionproject_id,
  array_agg(DISTINCT s.production_format::text) AS production_formats,
  array_remove(ARRAY[
    CASE WHEN bool_or(s.measured AND (s.gross OR s.net)) AND EXISTS (
        SELECT FROM public.contract_share c
        WHERE c.cds_productionproject_id = s.cds_productionproject_id) THEN 'contracted' END,
    CASE WHEN bool_or(s.net) THEN 'net_metering' END,
    CASE WHEN bool_or(s.gross) THEN 'total_gross' END], NULL) AS reading_validities
FROM (
  SELECT r.cds_productionproject_id, r.production_format,
    r.production_format IN ('scada', 'settlement') AS measured,
    bool_or(r.channel = 'GROSS') AS gross,
    bool_or(r.channel = 'NET')
      OR bool_or(r.channel = 'GROSS') AND bool_or(r.channel = 'STATION_LOAD') AS net
  FROM granted.project_series r
  GROUP BY r.cds_productionproject_id, r.meter_id, r.production_format
) AS s
GROUP BY s.cds_productionproject_id;

CREATE SCHEMA granted_as_of;

CREATE FUNCTION granted_as_of.instant() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT current_setting('gridfeed.as_of')::timestamptz $$;

CREATE VIEW granted_as_of.interval_value AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM granted.interval_value v
WHERE v.recorded_at <= (SELECT granted_as_of.instant())
UNION ALL
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM granted.interval_version v
WHERE v.recorded_at <= (SELECT granted_as_of.instant())
  AND v.replaced_at > (SELECT granted_as_of.instant())
UNION ALL
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM granted.open_version v
WHERE v.recorded_at <= (SELECT granted_as_of.instant())
  AND v.replaced_at > (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.settlement_read AS
SELECT r.meter_id, r.channel, r.interval_start, r.interval_seconds, r.settlement_version,
  r.energy_microkwh, r.quality, r.read_at, r.source_id, r.kafka_offset, r.recorded_at
FROM granted.settlement_read r WHERE r.recorded_at <= (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.forecast_vintage AS
SELECT f.meter_id, f.production_format, f.interval_start, f.interval_seconds, f.issued_at,
  f.in_time, f.power_microkw, f.p10_microkw, f.p90_microkw, f.model, f.source_id, f.kafka_offset,
  f.recorded_at
FROM granted.forecast_vintage f WHERE f.recorded_at <= (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.series AS
SELECT s.meter_id, s.production_format, s.channel, s.created_at
FROM granted.series s WHERE s.created_at <= (SELECT granted_as_of.instant());

GRANT USAGE ON SCHEMA granted_as_of TO gridfeed_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA granted, granted_as_of TO gridfeed_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA granted, granted_as_of TO gridfeed_reader;

-- TimescaleDB makes an index on time alone with every hypertable. All that is read of these is read
-- by series; the planner took the other one for a day and went through everybody's (200 meters a
-- day: 46 s with it, 1.4 s without), and every insert had to keep it.
DROP INDEX IF EXISTS interval_value_interval_start_idx;
DROP INDEX IF EXISTS sample_block_interval_start_idx;

-- Finds what changed since a client last asked, and what of later days was known at an instant. It
-- costs next to nothing: what changes late is mostly written together, and updates in place stay in
-- place (PostgreSQL 16).
CREATE INDEX interval_value_by_age ON interval_value
  USING brin (recorded_at, created_at, interval_start)
  WITH (pages_per_range = 16, autosummarize = on);
