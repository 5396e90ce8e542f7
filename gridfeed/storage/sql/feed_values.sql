-- The values of changes as they were published: the current value, or the former value if it has
-- been replaced since; each with the project that its meter belonged to at the interval's start.
-- :earliest and :latest bound the intervals and :first_recorded bounds the instants, so that the
-- planner leaves out chunks.
SELECT c.place::integer AS place, b.cds_productionproject_id, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.recorded_at
FROM unnest(:meter_id::integer[], :production_format::production_format[], :channel::channel[],
    :interval_from::timestamptz[], :interval_to::timestamptz[], :recorded_at::timestamptz[])
    WITH ORDINALITY
  AS c (meter_id, production_format, channel, interval_from, interval_to, recorded_at, place)
CROSS JOIN LATERAL (
  SELECT w.interval_start, w.interval_seconds, w.energy_microkwh, w.mean_microkw, w.peak_microkw,
    w.p10_microkwh, w.p90_microkwh, w.quality, w.samples, w.coverage_us, w.longest_gap_us,
    w.settlement_version, w.issued_at, w.model, w.recorded_at
  FROM interval_value w
  WHERE w.meter_id = c.meter_id AND w.production_format = c.production_format
    AND w.channel = c.channel AND w.interval_start >= c.interval_from
    AND w.interval_start < c.interval_to
    AND w.interval_start >= :earliest AND w.interval_start < :latest
    AND w.recorded_at <= c.recorded_at
  UNION ALL
  SELECT w.interval_start, w.interval_seconds, w.energy_microkwh, w.mean_microkw, w.peak_microkw,
    w.p10_microkwh, w.p90_microkwh, w.quality, w.samples, w.coverage_us, w.longest_gap_us,
    w.settlement_version, w.issued_at, w.model, w.recorded_at
  FROM interval_version w
  WHERE w.meter_id = c.meter_id AND w.production_format = c.production_format
    AND w.channel = c.channel AND w.interval_start >= c.interval_from
    AND w.interval_start < c.interval_to AND w.replaced_at > :first_recorded
    AND w.recorded_at <= c.recorded_at AND w.replaced_at > c.recorded_at
  UNION ALL
  SELECT w.interval_start, w.interval_seconds, w.energy_microkwh, w.mean_microkw, w.peak_microkw,
    w.p10_microkwh, w.p90_microkwh, w.quality, w.samples, w.coverage_us, w.longest_gap_us,
    w.settlement_version, w.issued_at, w.model, w.recorded_at
  FROM open_version w
  WHERE w.meter_id = c.meter_id AND w.production_format = c.production_format
    AND w.channel = c.channel AND w.interval_start >= c.interval_from
    AND w.interval_start < c.interval_to AND w.replaced_at > :first_recorded
    AND w.recorded_at <= c.recorded_at AND w.replaced_at > c.recorded_at
) AS v
CROSS JOIN LATERAL (
  SELECT m.cds_productionproject_id
  FROM membership m
  WHERE m.meter_id = c.meter_id AND m.starts_at <= v.interval_start AND m.ends_at > v.interval_start
) AS b
ORDER BY c.place, v.interval_start
