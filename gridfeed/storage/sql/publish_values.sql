-- Writes computed values, keeps the values they replaced, and records the changes.
-- Size: one statement, so that none of the three can happen without the others and a flush is one
-- round trip; a parameter for each column of the values.
-- An unchanged value writes nothing. Neither does an interval without a sample and without power,
-- unless it had a value: then a hold ended earlier than expected. An interval with an edit in force
-- is not written but counted, unless this is the edit (:edited). The bounds :earliest and :latest
-- let the planner leave out chunks. :recorded_at is the transaction's instant. Changes say when
-- their newest reading was observed (:observed_at) and ingested (:ingested_at).
WITH given AS (
  SELECT t.*
  FROM unnest(
    :meter_id::integer[], :production_format::production_format[], :channel::channel[],
    :interval_start::timestamptz[], :interval_seconds::integer[], :cause::change_cause[],
    :energy_microkwh::bigint[], :mean_microkw::bigint[], :peak_microkw::bigint[],
    :p10_microkwh::bigint[], :p90_microkwh::bigint[], :quality::reading_quality[],
    :samples::integer[], :coverage_us::bigint[], :longest_gap_us::bigint[],
    :settlement_version::integer[], :issued_at::timestamptz[], :model::text[],
    :finalize_at::timestamptz[], :observed_at::timestamptz[]
  ) AS t (
    meter_id, production_format, channel, interval_start, interval_seconds, cause,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    observed_at
  )
), held AS (
  SELECT g.meter_id, g.production_format, g.channel, g.interval_start
  FROM given g
  JOIN edited_interval e USING (meter_id, production_format, channel, interval_start)
  WHERE e.ended_at IS NULL AND NOT :edited::boolean
), incoming AS (
  SELECT g.*
  FROM given g
  WHERE NOT EXISTS (
    SELECT FROM held h
    WHERE h.meter_id = g.meter_id AND h.production_format = g.production_format
      AND h.channel = g.channel AND h.interval_start = g.interval_start)
), former AS (
  SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
    v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
    v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
    v.finalize_at, v.created_at, v.recorded_at, v.cause
  FROM incoming i
  JOIN interval_value v USING (meter_id, production_format, channel, interval_start)
  WHERE v.interval_start BETWEEN :earliest AND :latest
), written AS (
  INSERT INTO interval_value AS v (
    meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    created_at, recorded_at, cause)
  SELECT i.meter_id, i.production_format, i.channel, i.interval_start, i.interval_seconds,
    i.energy_microkwh, i.mean_microkw, i.peak_microkw, i.p10_microkwh, i.p90_microkwh, i.quality,
    i.samples, i.coverage_us, i.longest_gap_us, i.settlement_version, i.issued_at, i.model,
    i.finalize_at, :recorded_at::timestamptz, :recorded_at::timestamptz,
    CASE
      WHEN :edited THEN i.cause
      WHEN f.meter_id IS NULL THEN 'first'
      WHEN f.finalize_at IS NOT NULL THEN 'samples'
      WHEN i.cause = 'settlement_version' AND i.settlement_version = f.settlement_version
        THEN 'reread'
      ELSE i.cause
    END
  FROM incoming i
  LEFT JOIN former f USING (meter_id, production_format, channel, interval_start)
  WHERE (i.samples = 0 AND i.coverage_us = 0) IS NOT TRUE
    OR coalesce(f.samples, f.energy_microkwh) IS NOT NULL
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
    recorded_at = excluded.recorded_at,
    cause = excluded.cause
  WHERE (v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh,
      v.quality, v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at,
      v.model)
    IS DISTINCT FROM (excluded.energy_microkwh, excluded.mean_microkw, excluded.peak_microkw,
      excluded.p10_microkwh, excluded.p90_microkwh, excluded.quality, excluded.samples,
      excluded.coverage_us, excluded.longest_gap_us, excluded.settlement_version,
      excluded.issued_at, excluded.model)
  RETURNING v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
    v.energy_microkwh, v.cause
), replaced AS (
  SELECT f.*, w.cause AS replaced_by,
    w.energy_microkwh - f.energy_microkwh AS delta_microkwh
  FROM written w JOIN former f USING (meter_id, production_format, channel, interval_start)
), kept AS (
  INSERT INTO interval_version (
    meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    created_at, recorded_at, cause, replaced_at, replaced_by, delta_microkwh)
  SELECT meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    created_at, recorded_at, cause, :recorded_at, replaced_by, delta_microkwh
  FROM replaced WHERE finalize_at IS NULL
), kept_open AS (
  INSERT INTO open_version (
    meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    created_at, recorded_at, cause, replaced_at, replaced_by, delta_microkwh)
  SELECT meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    created_at, recorded_at, cause, :recorded_at, replaced_by, delta_microkwh
  FROM replaced WHERE finalize_at IS NOT NULL
), changed AS (
  SELECT w.meter_id, w.production_format, w.channel, w.interval_start, w.interval_seconds, w.cause,
    CASE
      WHEN r.meter_id IS NULL THEN 'CREATED'
      WHEN r.finalize_at IS NOT NULL THEN 'UPDATED'
      WHEN w.production_format IN ('scada', 'settlement') THEN 'CORRECTED'
      ELSE 'UPDATED'
    END::change_kind AS kind,
    r.interval_seconds IS DISTINCT FROM w.interval_seconds AS has_new_length,
    r.delta_microkwh, g.observed_at
  FROM written w
  LEFT JOIN replaced r USING (meter_id, production_format, channel, interval_start)
  -- Every row has a match. For an inner join the planner expects one row, and then a nested loop.
  LEFT JOIN given g USING (meter_id, production_format, channel, interval_start)
), known AS (
  -- All writers insert in one order, so that no two wait for each other.
  INSERT INTO series (meter_id, production_format, channel, created_at)
  SELECT DISTINCT c.meter_id, c.production_format, c.channel, :recorded_at::timestamptz
  FROM changed c
  WHERE c.kind = 'CREATED' AND NOT EXISTS (
    SELECT FROM series s
    WHERE s.meter_id = c.meter_id AND s.production_format = c.production_format
      AND s.channel = c.channel)
  ORDER BY 1, 2, 3
  ON CONFLICT DO NOTHING
), known_days AS (
  -- In the same order. The sub-select is an index probe per interval, never a join with all days.
  INSERT INTO series_day (meter_id, production_format, channel, utc_day, interval_seconds,
    created_at)
  SELECT DISTINCT c.meter_id, c.production_format, c.channel,
    (c.interval_start AT TIME ZONE 'UTC')::date, c.interval_seconds, :recorded_at::timestamptz
  FROM changed c
  WHERE c.has_new_length AND (
    SELECT d.meter_id FROM series_day d
    WHERE d.meter_id = c.meter_id AND d.production_format = c.production_format
      AND d.channel = c.channel AND d.utc_day = (c.interval_start AT TIME ZONE 'UTC')::date
      AND d.interval_seconds = c.interval_seconds) IS NULL
  ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT DO NOTHING
), runs AS (
  -- Neighbouring intervals with the same kind and cause share one change row.
  SELECT kind, cause, meter_id, production_format, channel, interval_start, interval_seconds,
    delta_microkwh, observed_at,
    interval_start - interval_seconds * interval '1 second' * row_number() OVER (
      PARTITION BY kind, cause, meter_id, production_format, channel, interval_seconds
      ORDER BY interval_start) AS run
  FROM changed
), recorded AS (
  INSERT INTO change (kind, cause, meter_id, production_format, channel, interval_from,
    interval_to, interval_seconds, delta_microkwh, recorded_at, observed_at, ingested_at)
  SELECT kind, cause, meter_id, production_format, channel, min(interval_start),
    max(interval_start) + interval_seconds * interval '1 second', interval_seconds,
    CASE WHEN count(delta_microkwh) = count(*) THEN sum(delta_microkwh)::bigint END, :recorded_at,
    max(observed_at), :ingested_at::timestamptz
  FROM runs
  GROUP BY kind, cause, meter_id, production_format, channel, interval_seconds, run
  ORDER BY min(interval_start), meter_id
  RETURNING 1
)
SELECT (SELECT count(*) FROM recorded)::integer AS changes,
  (SELECT count(*) FROM held)::integer AS held
