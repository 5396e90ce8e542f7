-- The channels of one meter and format that have values, each with the quality of the interval
-- [:interval_start, :interval_start + :interval_seconds seconds) if that has a value.
SELECT s.channel, v.quality
FROM series s
LEFT JOIN interval_value v ON v.meter_id = s.meter_id
  AND v.production_format = s.production_format AND v.channel = s.channel
  AND v.interval_start = :interval_start AND v.interval_seconds = :interval_seconds
WHERE s.meter_id = :meter_id AND s.production_format = :production_format::production_format
ORDER BY s.channel
