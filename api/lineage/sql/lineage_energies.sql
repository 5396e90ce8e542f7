-- What validation checks: the published energies of one meter and format that start in [$3, $4).
SELECT v.channel, v.interval_start, v.interval_seconds, v.energy_microkwh
FROM interval_value v
WHERE v.meter_id = $1 AND v.production_format = $2::production_format
  AND v.channel = ANY (enum_range(NULL::channel))
  AND v.interval_start >= $3 AND v.interval_start < $4
ORDER BY v.channel, v.interval_start
