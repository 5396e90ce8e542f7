-- What the values that start in [:start, :end) were before: replaced after they were final, or
-- while they were open, as long as that is kept. Of those published by :published_by, if given.
SELECT v.channel, v.interval_start, v.energy_microkwh, v.quality, v.settlement_version,
  v.issued_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by, v.delta_microkwh,
  v.finalize_at
FROM interval_version v
WHERE v.meter_id = :meter_id AND v.production_format = :production_format::production_format
  AND v.interval_start >= :start AND v.interval_start < :end
  AND (:published_by::timestamptz IS NULL OR v.recorded_at <= :published_by)
UNION ALL
SELECT v.channel, v.interval_start, v.energy_microkwh, v.quality, v.settlement_version,
  v.issued_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by, v.delta_microkwh,
  v.finalize_at
FROM open_version v
WHERE v.meter_id = :meter_id AND v.production_format = :production_format::production_format
  AND v.interval_start >= :start AND v.interval_start < :end
  AND (:published_by::timestamptz IS NULL OR v.recorded_at <= :published_by)
ORDER BY recorded_at
