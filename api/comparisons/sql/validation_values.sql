-- The energies of one meter and production format in the intervals that start in [:start, :end).
SELECT v.channel, v.interval_start, v.interval_seconds, v.energy_microkwh,
  (v.cause = 'estimate') IS TRUE AS estimate
FROM interval_value v
WHERE v.meter_id = :meter_id AND v.production_format = :production_format::production_format
  AND v.interval_start >= :start AND v.interval_start < :end
ORDER BY v.channel, v.interval_start
