-- What the values that start in [$3, $4) were before: replaced after they were final, or while they
-- were open, as long as that is kept. Of those published by $5, if given.
SELECT v.channel, v.interval_start, v.energy_microkwh, v.quality, v.settlement_version,
  v.issued_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by, v.delta_microkwh,
  v.finalize_at
FROM interval_version v
WHERE v.meter_id = $1 AND v.production_format = $2::production_format
  AND v.interval_start >= $3 AND v.interval_start < $4
  AND ($5::timestamptz IS NULL OR v.recorded_at <= $5)
UNION ALL
SELECT v.channel, v.interval_start, v.energy_microkwh, v.quality, v.settlement_version,
  v.issued_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by, v.delta_microkwh,
  v.finalize_at
FROM open_version v
WHERE v.meter_id = $1 AND v.production_format = $2::production_format
  AND v.interval_start >= $3 AND v.interval_start < $4
  AND ($5::timestamptz IS NULL OR v.recorded_at <= $5)
ORDER BY recorded_at
