-- Before an edit replaces a streamed value, it is copied to the table where later ones will wait.
INSERT INTO streamed_value (
  meter_id, production_format, channel, interval_start, interval_seconds,
  energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
  samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
  created_at, recorded_at, cause)
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM unnest(:meter_id::integer[], :production_format::production_format[], :channel::channel[],
  :interval_start::timestamptz[])
  AS w (meter_id, production_format, channel, interval_start)
JOIN interval_value v USING (meter_id, production_format, channel, interval_start)
WHERE (v.cause IN ('estimate', 'edit')) IS NOT TRUE
-- A value that waits already is newer than the value an edit left behind.
ON CONFLICT (meter_id, production_format, channel, interval_start) DO NOTHING
