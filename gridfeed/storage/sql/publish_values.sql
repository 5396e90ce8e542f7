-- Writes computed values, keeps the former value of what was final, and records the changes: one
-- statement, so none of the three can be without the others. A value that did not change writes
-- nothing, nor does an interval that holds no sample and no power, unless it had a value: a hold
-- that ends sooner than was thought. The bounds $19 and $20 let the planner leave out chunks.
WITH incoming AS (
  SELECT * FROM unnest(
    $1::integer[], $2::production_format[], $3::channel[], $4::timestamptz[], $5::integer[],
    $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::reading_quality[],
    $12::integer[], $13::bigint[], $14::bigint[], $15::integer[], $16::timestamptz[], $17::text[],
    $18::timestamptz[]
  ) AS t (
    meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at
  )
), former AS (
  SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
    v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
    v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
    v.finalize_at, v.created_at, v.recorded_at
  FROM incoming i
  JOIN interval_value v USING (meter_id, production_format, channel, interval_start)
  WHERE v.interval_start BETWEEN $19 AND $20
), written AS (
  INSERT INTO interval_value AS v (
    meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at)
  SELECT meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at
  FROM incoming i
  WHERE (samples = 0 AND coverage_us = 0) IS NOT TRUE
    OR EXISTS (
      SELECT FROM former f
      WHERE f.meter_id = i.meter_id AND f.production_format = i.production_format
        AND f.channel = i.channel AND f.interval_start = i.interval_start)
  ON CONFLICT (meter_id, production_format, channel, interval_start) DO UPDATE SET
    interval_seconds = excluded.interval_seconds,
    energy_microkwh = excluded.energy_microkwh,
    mean_microkw = excluded.mean_microkw,
    peak_microkw = excluded.peak_microkw,
    p10_microkwh = excluded.p10_microkwh,
    p90_microkwh = excluded.p90_microkwh,
    quality = excluded.quality,
    samples = excluded.samples,
    coverage_us = excluded.coverage_us,
    longest_gap_us = excluded.longest_gap_us,
    settlement_version = excluded.settlement_version,
    issued_at = excluded.issued_at,
    model = excluded.model,
    finalize_at = CASE WHEN v.finalize_at IS NOT NULL THEN excluded.finalize_at END,
    recorded_at = greatest(clock_timestamp(), v.recorded_at + interval '1 microsecond')
  WHERE (v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh,
      v.quality, v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at,
      v.model)
    IS DISTINCT FROM (excluded.energy_microkwh, excluded.mean_microkw, excluded.peak_microkw,
      excluded.p10_microkwh, excluded.p90_microkwh, excluded.quality, excluded.samples,
      excluded.coverage_us, excluded.longest_gap_us, excluded.settlement_version,
      excluded.issued_at, excluded.model)
  RETURNING v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
    v.recorded_at
), kept AS (
  INSERT INTO interval_version (
    meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    created_at, recorded_at, replaced_at)
  SELECT f.meter_id, f.production_format, f.channel, f.interval_start, f.interval_seconds,
    f.energy_microkwh, f.mean_microkw, f.peak_microkw, f.p10_microkwh, f.p90_microkwh, f.quality,
    f.samples, f.coverage_us, f.longest_gap_us, f.settlement_version, f.issued_at, f.model,
    f.finalize_at, f.created_at, f.recorded_at, w.recorded_at
  FROM former f JOIN written w USING (meter_id, production_format, channel, interval_start)
  WHERE f.finalize_at IS NULL
), changed AS (
  SELECT w.meter_id, w.production_format, w.channel, w.interval_start, w.interval_seconds,
    CASE
      WHEN f.meter_id IS NULL THEN 'CREATED'
      WHEN f.finalize_at IS NOT NULL THEN 'UPDATED'
      WHEN w.production_format IN ('scada', 'settlement') THEN 'CORRECTED'
      ELSE 'UPDATED'
    END::change_kind AS kind,
    w.recorded_at
  FROM written w
  LEFT JOIN former f USING (meter_id, production_format, channel, interval_start)
), runs AS (
  -- Neighbouring intervals with the same fate share one change row.
  SELECT kind, meter_id, production_format, channel, interval_start, interval_seconds, recorded_at,
    interval_start - interval_seconds * interval '1 second' * row_number() OVER (
      PARTITION BY kind, meter_id, production_format, channel, interval_seconds
      ORDER BY interval_start) AS run
  FROM changed
)
INSERT INTO change (kind, meter_id, production_format, channel, interval_from, interval_to,
  interval_seconds, recorded_at)
SELECT kind, meter_id, production_format, channel, min(interval_start),
  max(interval_start) + interval_seconds * interval '1 second', interval_seconds, max(recorded_at)
FROM runs
GROUP BY kind, meter_id, production_format, channel, interval_seconds, run
ORDER BY min(interval_start), meter_id
