-- The channels of one meter and format that have values, each with the quality of the interval [$3,
-- $3 + $4 seconds) if that has a value.
SELECT s.channel, v.quality
FROM series s
LEFT JOIN interval_value v ON v.meter_id = s.meter_id
  AND v.production_format = s.production_format AND v.channel = s.channel
  AND v.interval_start = $3 AND v.interval_seconds = $4
WHERE s.meter_id = $1 AND s.production_format = $2::production_format
ORDER BY s.channel
