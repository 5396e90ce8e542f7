-- The time that has values, and the time that has estimated values, by membership (:membership
-- numbers it; :meter_id, :starts_at, :ends_at), series and span. :span_starts are the first
-- instants of the spans; each span begins where the previous one ends. For measured series, only
-- intervals that had ended at :until count. :earliest and :latest bound all memberships, so that
-- chunks are excluded early.
SELECT w.membership, c.production_format, c.channel, c.span, c.received_seconds, c.estimated_seconds
FROM unnest(:membership::integer[], :meter_id::integer[], :starts_at::timestamptz[],
  :ends_at::timestamptz[])
  AS w (membership, meter_id, starts_at, ends_at)
CROSS JOIN LATERAL (
  SELECT v.production_format, v.channel,
    width_bucket(v.interval_start, :span_starts::timestamptz[]) - 1 AS span,
    sum(v.interval_seconds) AS received_seconds,
    coalesce(sum(v.interval_seconds) FILTER (WHERE v.quality = 'estimated'), 0)
      AS estimated_seconds
  FROM interval_value v
  WHERE v.meter_id = w.meter_id
    AND v.production_format = ANY (:production_formats::production_format[])
    AND v.channel = ANY (enum_range(NULL::channel))
    AND v.interval_start >= :earliest::timestamptz AND v.interval_start < :latest::timestamptz
    AND (v.interval_start >= w.starts_at AND v.interval_start < w.ends_at) IS TRUE
    AND v.energy_microkwh IS NOT NULL
    AND (v.production_format NOT IN ('scada', 'settlement')
      OR v.interval_start + make_interval(secs => v.interval_seconds) <= :until::timestamptz)
  GROUP BY v.production_format, v.channel, span
) AS c
