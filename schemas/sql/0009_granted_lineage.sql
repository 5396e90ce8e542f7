-- What lineage shows beyond the listings, narrowed as they are. The gates decide which forecast
-- counts; the rest of a project's declaration is there for whoever reads it next.
CREATE OR REPLACE VIEW granted.project AS
SELECT p.cds_productionproject_id, p.tenant, p.name, p.timezone, p.interval_seconds,
  p.interval_anchor_seconds, p.units, p.contract_type, p.contract_rule, p.contract_start,
  p.contract_end, p.created_at, p.modified_at, p.synced_at, p.day_ahead_gate,
  p.hour_ahead_lead_minutes, p.settlement_market, p.technology, p.latitude, p.longitude
FROM public.project p
WHERE (SELECT granted.every_project())
   OR p.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

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

CREATE VIEW granted_as_of.streamed_value AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM granted.streamed_value v WHERE v.recorded_at <= (SELECT granted_as_of.instant());

-- Topic and partition of every message, also of topics that were created again since: a sample
-- keeps the place it had. values_ahead: published before the raw samples behind it are stored.
CREATE VIEW granted.lineage_source AS
SELECT s.source_id, s.stream, s.topic, s.kafka_partition, s.generation,
  s.published_offset > s.next_offset AS values_ahead
FROM public.ingest_source s
WHERE EXISTS (SELECT FROM granted.meter_source m WHERE m.source_id = s.source_id);

-- As in 0007; what an estimate was made from shows telemetry to those alone who may see telemetry.
CREATE OR REPLACE VIEW granted.edited_interval AS
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

-- Who took an edit of visible intervals back, and why.
CREATE VIEW granted.withdrawal AS
SELECT w.edit_id, w.withdraws, w.who, w.why, w.recorded_at
FROM public.edit w
WHERE w.withdraws IS NOT NULL
  AND EXISTS (SELECT FROM granted.edited_interval i WHERE i.edit_id = w.withdraws);

GRANT SELECT ON granted.streamed_value, granted_as_of.streamed_value, granted.lineage_source,
  granted.withdrawal
  TO gridfeed_reader;
