-- Ends the intervals of an edit that are still in force, and returns the streams' values of them:
-- NULL where the streams never brought a value.
WITH ended AS (
  UPDATE edited_interval SET ended_at = :ended_at, ended_by = 'withdrawn'
  WHERE edit_id = :edit_id AND ended_at IS NULL
  RETURNING meter_id, production_format, channel, interval_start, interval_seconds
)
SELECT e.meter_id, e.production_format::text, e.channel::text, e.interval_start,
  coalesce(s.interval_seconds, e.interval_seconds) AS interval_seconds, s.energy_microkwh,
  s.mean_microkw, s.peak_microkw, s.p10_microkwh, s.p90_microkwh, s.quality::text, s.samples,
  s.coverage_us, s.longest_gap_us, s.settlement_version, s.issued_at, s.model
FROM ended e
LEFT JOIN streamed_value s USING (meter_id, production_format, channel, interval_start)
ORDER BY e.meter_id, e.production_format, e.channel, e.interval_start
