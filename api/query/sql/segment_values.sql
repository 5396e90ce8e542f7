-- The values of a page of segments: one row a segment, channel and quality, because the quality
-- belongs to the Value Format (CDS-WG3-01 10.8.5). `place` k is the interval that starts at
-- segment_start + k * interval. Grouped inside LATERAL: one index range a segment, whatever the
-- planner thinks of the number of segments.
SELECT s.ordinal, v.channel, v.quality, v.places, v.energy_microkwh, v.mean_microkw,
  v.peak_microkw, v.p10_microkwh, v.p90_microkwh
FROM unnest($1::integer[], $2::production_format[], $3::integer[], $4::timestamptz[],
    $5::timestamptz[])
  WITH ORDINALITY
  AS s (meter_id, production_format, interval_seconds, segment_start, segment_end, ordinal)
CROSS JOIN LATERAL (
  SELECT p.channel, p.quality,
    array_agg(p.place) AS places,
    array_agg(p.energy_microkwh) AS energy_microkwh,
    array_agg(p.mean_microkw) AS mean_microkw,
    array_agg(p.peak_microkw) AS peak_microkw,
    array_agg(p.p10_microkwh) AS p10_microkwh,
    array_agg(p.p90_microkwh) AS p90_microkwh
  FROM (
    SELECT i.channel, i.quality, i.energy_microkwh, i.mean_microkw, i.peak_microkw,
      i.p10_microkwh, i.p90_microkwh,
      extract(epoch FROM i.interval_start - s.segment_start)::integer / s.interval_seconds AS place
    FROM interval_value i
    WHERE i.meter_id = s.meter_id AND i.production_format = s.production_format
      AND i.channel = ANY (enum_range(NULL::channel))
      AND i.interval_start >= s.segment_start AND i.interval_start < s.segment_end
      AND i.interval_seconds = s.interval_seconds
  ) AS p
  GROUP BY p.channel, p.quality
) AS v
ORDER BY s.ordinal, v.channel, v.quality
