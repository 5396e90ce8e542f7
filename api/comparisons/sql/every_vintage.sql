-- All forecast vintages of memberships (:membership numbers them; :meter_id, :starts_at, :ends_at)
-- as columns, one row for each membership. If one model issued several forecasts for an interval at
-- one instant, only the last to come counts. Columns are big-endian 64-bit integers, as in
-- `aligned_values`; all aggregates of a group see the rows in the same order. At most :limit rows
-- are read. model: a number for each model, the same in every membership.
WITH counted AS (
  SELECT DISTINCT ON (w.membership, f.interval_start, f.issued_at, f.model)
    w.membership, f.interval_start, f.interval_seconds, f.issued_at, f.model, f.power_microkw,
    f.p10_microkw, f.p90_microkw
  FROM unnest(:membership::integer[], :meter_id::integer[], :starts_at::timestamptz[],
    :ends_at::timestamptz[])
    AS w (membership, meter_id, starts_at, ends_at)
  JOIN forecast_vintage f ON f.meter_id = w.meter_id
    AND f.production_format = :production_format::production_format
    AND f.interval_start >= w.starts_at AND f.interval_start < w.ends_at
    AND f.interval_start >= :earliest::timestamptz AND f.interval_start < :latest::timestamptz
    AND (:model::text IS NULL OR f.model = :model)
  ORDER BY w.membership, f.interval_start, f.issued_at, f.model, f.source_id DESC,
    f.kafka_offset DESC
  LIMIT :limit
), ranked AS (
  SELECT c.membership, c.interval_start, c.interval_seconds, c.issued_at, c.power_microkw,
    c.p10_microkw, c.p90_microkw, dense_rank() OVER (ORDER BY c.model) AS model
  FROM counted c
)
SELECT r.membership, count(*) AS rows,
  string_agg(int8send((date_part('epoch', r.interval_start) * 1000000)::bigint), '') AS start_us,
  string_agg(int8send(r.interval_seconds), '') AS interval_seconds,
  string_agg(int8send((date_part('epoch', r.issued_at) * 1000000)::bigint), '') AS issued_at_us,
  string_agg(int8send(r.model), '') AS model,
  string_agg(int8send(r.power_microkw), '') AS power,
  string_agg(int8send(coalesce(r.p10_microkw, 0)), '') AS p10,
  string_agg(int8send((r.p10_microkw IS NOT NULL)::integer), '') AS has_p10,
  string_agg(int8send(coalesce(r.p90_microkw, 0)), '') AS p90,
  string_agg(int8send((r.p90_microkw IS NOT NULL)::integer), '') AS has_p90
FROM ranked r
GROUP BY r.membership
