-- Streamed values of intervals with an edit in force wait here, by the rules of interval_value. An
-- edit that ends by measurement ends with an energy that did not already wait (a replay repeats
-- waiting energies). Returns the positions of the values that ended an edit, to be published.
-- Size: a parameter for each column of the values, as in publish_values.
WITH given AS (
  SELECT t.*
  FROM unnest(
    :meter_id::integer[], :production_format::production_format[], :channel::channel[],
    :interval_start::timestamptz[], :interval_seconds::integer[], :cause::change_cause[],
    :energy_microkwh::bigint[], :mean_microkw::bigint[], :peak_microkw::bigint[],
    :p10_microkwh::bigint[], :p90_microkwh::bigint[], :quality::reading_quality[],
    :samples::integer[], :coverage_us::bigint[], :longest_gap_us::bigint[],
    :settlement_version::integer[], :issued_at::timestamptz[], :model::text[],
    :finalize_at::timestamptz[]
  ) WITH ORDINALITY AS t (
    meter_id, production_format, channel, interval_start, interval_seconds, cause,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    position
  )
), held AS (
  SELECT g.*, e.edit_id,
    e.ends_by_measurement AND g.energy_microkwh IS NOT NULL
      AND g.energy_microkwh IS DISTINCT FROM s.energy_microkwh AS ends,
    (g.samples = 0 AND g.coverage_us = 0) IS NOT TRUE
      OR coalesce(s.samples, s.energy_microkwh) IS NOT NULL AS counts
  FROM given g
  JOIN edited_interval e USING (meter_id, production_format, channel, interval_start)
  LEFT JOIN streamed_value s USING (meter_id, production_format, channel, interval_start)
  WHERE e.ended_at IS NULL
), ended AS (
  UPDATE edited_interval e SET ended_at = :recorded_at, ended_by = 'measured'
  FROM held h
  WHERE h.ends AND e.meter_id = h.meter_id AND e.production_format = h.production_format
    AND e.channel = h.channel AND e.interval_start = h.interval_start AND e.edit_id = h.edit_id
), forgotten AS (
  DELETE FROM streamed_value s USING held h
  WHERE h.ends AND s.meter_id = h.meter_id AND s.production_format = h.production_format
    AND s.channel = h.channel AND s.interval_start = h.interval_start
), waiting AS (
  INSERT INTO streamed_value AS s (
    meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    created_at, recorded_at, cause)
  SELECT meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    :recorded_at, :recorded_at, cause
  FROM held WHERE counts AND NOT ends
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
    finalize_at = CASE WHEN s.finalize_at IS NOT NULL THEN excluded.finalize_at END,
    recorded_at = excluded.recorded_at,
    cause = excluded.cause
  WHERE (s.energy_microkwh, s.mean_microkw, s.peak_microkw, s.p10_microkwh, s.p90_microkwh,
      s.quality, s.samples, s.coverage_us, s.longest_gap_us, s.settlement_version, s.issued_at,
      s.model)
    IS DISTINCT FROM (excluded.energy_microkwh, excluded.mean_microkw, excluded.peak_microkw,
      excluded.p10_microkwh, excluded.p90_microkwh, excluded.quality, excluded.samples,
      excluded.coverage_us, excluded.longest_gap_us, excluded.settlement_version,
      excluded.issued_at, excluded.model)
)
SELECT position::integer AS position FROM held WHERE ends ORDER BY position
