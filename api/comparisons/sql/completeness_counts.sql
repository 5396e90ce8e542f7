-- How much time has values, and estimated ones, by stay ($1-$4: number, meter, from, to), series and
-- span ($6: the first instants of spans that follow each other). Of what is measured only intervals
-- that were over at $9. $7 and $8 bound all stays, so that chunks are left out early.
SELECT w.stay, c.production_format, c.channel, c.span, c.received_seconds, c.estimated_seconds
FROM unnest($1::integer[], $2::integer[], $3::timestamptz[], $4::timestamptz[])
  AS w (stay, meter_id, starts_at, ends_at)
CROSS JOIN LATERAL (
  SELECT v.production_format, v.channel,
    width_bucket(v.interval_start, $6::timestamptz[]) - 1 AS span,
    sum(v.interval_seconds) AS received_seconds,
    coalesce(sum(v.interval_seconds) FILTER (WHERE v.quality = 'estimated'), 0)
      AS estimated_seconds
  FROM interval_value v
  WHERE v.meter_id = w.meter_id AND v.production_format = ANY ($5::production_format[])
    AND v.channel = ANY (enum_range(NULL::channel))
    AND v.interval_start >= $7::timestamptz AND v.interval_start < $8::timestamptz
    AND (v.interval_start >= w.starts_at AND v.interval_start < w.ends_at) IS TRUE
    AND v.energy_microkwh IS NOT NULL
    AND (v.production_format NOT IN ('scada', 'settlement')
      OR v.interval_start + make_interval(secs => v.interval_seconds) <= $9::timestamptz)
  GROUP BY v.production_format, v.channel, span
) AS c
