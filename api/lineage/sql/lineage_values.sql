-- The published values of one meter and format that start in [:start, :end).
SELECT v.channel, v.interval_start, v.interval_seconds, v.energy_microkwh, v.mean_microkw,
  v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality, v.samples, v.coverage_us,
  v.longest_gap_us, v.settlement_version, v.issued_at, v.model, v.finalize_at, v.recorded_at,
  v.cause
FROM interval_value v
WHERE v.meter_id = :meter_id AND v.production_format = :production_format::production_format
  AND v.channel = ANY (enum_range(NULL::channel))
  AND v.interval_start >= :start AND v.interval_start < :end
  AND v.interval_seconds = :interval_seconds
ORDER BY v.interval_start, v.channel
