-- What validation checks: the published energies of one meter and format that start in
-- [:start, :end).
SELECT v.channel, v.interval_start, v.interval_seconds, v.energy_microkwh
FROM interval_value v
WHERE v.meter_id = :meter_id AND v.production_format = :production_format::production_format
  AND v.channel = ANY (enum_range(NULL::channel))
  AND v.interval_start >= :start AND v.interval_start < :end
ORDER BY v.channel, v.interval_start
