-- What the values in [$3, $4) replaced after they were final, oldest first.
SELECT v.channel, v.interval_start, v.energy_microkwh, v.quality, v.settlement_version,
  v.issued_at, v.recorded_at, v.replaced_at
FROM interval_version v
WHERE v.meter_id = $1 AND v.production_format = $2::production_format
  AND v.interval_start >= $3 AND v.interval_start < $4 AND v.interval_seconds = $5
ORDER BY v.channel, v.interval_start, v.replaced_at
