-- The energies of one meter and format of the intervals that start in [$3, $4).
SELECT v.channel, v.interval_start, v.interval_seconds, v.energy_microkwh,
  (v.cause = 'estimate') IS TRUE AS estimate
FROM interval_value v
WHERE v.meter_id = $1 AND v.production_format = $2::production_format
  AND v.interval_start >= $3 AND v.interval_start < $4
ORDER BY v.channel, v.interval_start
