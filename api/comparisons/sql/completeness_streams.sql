-- The series of each membership (:membership numbers it; :meter_id, :starts_at, :ends_at): the
-- length and the end of the newest interval, the start of the first open interval, and the
-- watermark of the stream. Open intervals are few and have their own index, so they are read once
-- for all memberships.
WITH open AS (
  SELECT v.meter_id, v.production_format, v.channel, min(v.interval_start) AS first_open
  FROM interval_value v
  WHERE v.finalize_at IS NOT NULL AND v.meter_id = ANY (:meter_id::integer[])
  GROUP BY v.meter_id, v.production_format, v.channel
)
SELECT w.membership, s.production_format, s.channel, n.interval_seconds,
  least(o.first_open, n.interval_end) AS final_through, y.synced_at
FROM unnest(:membership::integer[], :meter_id::integer[], :starts_at::timestamptz[],
  :ends_at::timestamptz[])
  AS w (membership, meter_id, starts_at, ends_at)
JOIN series s ON s.meter_id = w.meter_id
  AND s.production_format = ANY (:production_formats::production_format[])
LEFT JOIN LATERAL (
  SELECT v.interval_seconds,
    v.interval_start + make_interval(secs => v.interval_seconds) AS interval_end
  FROM interval_value v
  WHERE v.meter_id = w.meter_id AND v.production_format = s.production_format
    AND v.channel = s.channel
    AND v.interval_start >= w.starts_at AND v.interval_start < w.ends_at
  ORDER BY v.interval_start DESC
  LIMIT 1
) AS n ON true
LEFT JOIN open o ON o.meter_id = w.meter_id AND o.production_format = s.production_format
  AND o.channel = s.channel
CROSS JOIN LATERAL (
  -- The watermark of the meter's stream: its slowest partition's, or NULL if any is unknown.
  SELECT CASE WHEN bool_and(i.synced_at IS NOT NULL) THEN min(i.synced_at) END AS synced_at
  FROM meter_source ms JOIN ingest_source i USING (source_id)
  WHERE ms.meter_id = w.meter_id AND i.stream = CASE s.production_format
    WHEN 'scada' THEN 'telemetry' WHEN 'settlement' THEN 'reads' ELSE 'forecasts' END
) AS y
ORDER BY w.membership, s.production_format, s.channel
