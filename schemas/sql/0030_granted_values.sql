-- What an API request may see of values and of what they come from. An interval is visible when it
-- starts while its meter belongs to a visible project, and its production format is visible.

CREATE VIEW granted.interval_value AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM public.interval_value v
JOIN granted.membership b ON b.meter_id = v.meter_id
  AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
WHERE v.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

-- Former values of final intervals, and former values of open ones.
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

-- What the streams say of an interval whose value an edit decides.
CREATE VIEW granted.streamed_value AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM public.streamed_value v
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

-- A read at the instant at which a meter changes project ends one project's period and begins the
-- other's.
CREATE VIEW granted.register_read AS
SELECT r.meter_id, r.register, r.digits, r.multiplier, r.value, r.read_at, r.source_id,
  r.kafka_offset, r.recorded_at
FROM public.register_read r
WHERE 'settlement' = ANY ((SELECT granted.production_formats())::public.production_format[])
  AND EXISTS (
    SELECT FROM granted.membership b
    WHERE b.meter_id = r.meter_id AND r.read_at >= b.starts_at AND r.read_at <= b.ends_at);

-- What an estimate was made from shows telemetry only to a client that may see telemetry.
CREATE VIEW granted.edited_interval AS
SELECT i.edit_id, e.kind, e.who, e.why, i.meter_id, i.production_format, i.channel,
  i.interval_start, i.interval_seconds, i.energy_microkwh, i.quality, i.method,
  CASE WHEN 'scada' = ANY ((SELECT granted.production_formats())::public.production_format[])
    THEN i.inputs ELSE i.inputs - ARRAY['scada_kwh', 'scada_around_kwh'] END AS inputs,
  i.recorded_at, i.ended_at, i.ended_by
FROM public.edited_interval i
JOIN public.edit e USING (edit_id)
JOIN granted.membership b ON b.meter_id = i.meter_id
  AND i.interval_start >= b.starts_at AND i.interval_start < b.ends_at
WHERE i.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

-- Withdrawals of edits that changed visible intervals.
CREATE VIEW granted.withdrawal AS
SELECT w.edit_id, w.withdraws, w.who, w.why, w.recorded_at
FROM public.edit w
WHERE w.withdraws IS NOT NULL
  AND EXISTS (SELECT FROM granted.edited_interval i WHERE i.edit_id = w.withdraws);

CREATE VIEW granted.sample_block AS
SELECT s.meter_id, s.channel, s.interval_start, s.source_id, s.samples, s.through_offset, s.block,
  s.stored_at
FROM public.sample_block s
JOIN granted.membership b ON b.meter_id = s.meter_id
  AND s.interval_start >= b.starts_at AND s.interval_start < b.ends_at
WHERE 'scada' = ANY ((SELECT granted.production_formats())::public.production_format[]);

-- Times at which samples may be lost. As with samples, only for a client that may see telemetry.
CREATE VIEW granted.lost_time AS
SELECT t.* FROM public.lost_time t JOIN granted.meter m USING (meter_id)
WHERE 'scada' = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted.meter_source AS
SELECT ms.meter_id, ms.source_id FROM public.meter_source ms JOIN granted.meter m USING (meter_id);

-- Partitions and how far they are published, without offsets. Only the present generation of a
-- partition: the watermark of a former one stands still for ever.
CREATE VIEW granted.ingest_source AS
SELECT s.source_id, s.stream, s.topic, s.kafka_partition, s.generation, s.synced_at
FROM public.ingest_source s
WHERE s.generation = (
  SELECT max(n.generation) FROM public.ingest_source n
  WHERE n.topic = s.topic AND n.kafka_partition = s.kafka_partition
);

-- Topic and partition of every message, also where the topic was created again since: a sample
-- keeps the place it had. values_ahead: values are published, and the raw samples behind them not
-- yet stored.
CREATE VIEW granted.lineage_source AS
SELECT s.source_id, s.stream, s.topic, s.kafka_partition, s.generation,
  s.published_offset > s.next_offset AS values_ahead
FROM public.ingest_source s
WHERE EXISTS (SELECT FROM granted.meter_source m WHERE m.source_id = s.source_id);

-- Whether a series has visible values in [starts_at, ends_at). Not in SQL: a query that names it is
-- then not planned over every chunk for the sake of a few meters.
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

-- Which series have values while their meter belongs to a visible project, and when that is. Values
-- are looked for only where a meter changed project: what it had in one project says nothing about
-- the other.
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

-- On which days (UTC) a series has values. Values are looked for only on the day on which a meter
-- changed project. LIMIT 1 makes it a probe for each row, in the order of the index; a join would
-- read every day of a series for the sake of a few.
CREATE VIEW granted.series_day AS
SELECT s.meter_id, s.production_format, s.channel, s.utc_day, s.interval_seconds, s.created_at
FROM public.series_day s
WHERE s.production_format = ANY ((SELECT granted.production_formats())::public.production_format[])
  AND ((SELECT granted.every_project()) OR (
    SELECT true
    FROM granted.membership b
    WHERE b.meter_id = s.meter_id
      AND s.utc_day < b.ends_at AT TIME ZONE 'UTC' AND s.utc_day + 1 > b.starts_at AT TIME ZONE 'UTC'
      AND (s.utc_day >= b.starts_at AT TIME ZONE 'UTC' AND s.utc_day + 1 <= b.ends_at AT TIME ZONE 'UTC'
        OR granted.has_values(s.meter_id, s.production_format, s.channel,
          greatest(b.starts_at, s.utc_day::timestamp AT TIME ZONE 'UTC'),
          least(b.ends_at, (s.utc_day + 1)::timestamp AT TIME ZONE 'UTC')))
    LIMIT 1));

-- What a project offers, by the series of its visible meters: NET, or GROSS and STATION_LOAD, is
-- net metering; a contract's share is published of measured energy only.
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

-- The feed for a client that may see every project, and empty for others: the API narrows the feed
-- itself, because a view would ask of every change which projects it belongs to.
CREATE VIEW granted.feed AS
SELECT c.xid, c.seq, c.kind, c.meter_id, c.production_format, c.channel, c.interval_from,
  c.interval_to, c.interval_seconds, c.recorded_at, c.cause, c.delta_microkwh, c.observed_at,
  c.ingested_at
FROM public.change c
WHERE (SELECT granted.every_project())
  AND c.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted.feed_floor AS SELECT f.xid, f.seq FROM public.feed_floor f;
