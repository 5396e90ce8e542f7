-- The forecast vintage that counts for each interval: the newest vintage that satisfies the rule.
-- The rule is: in time for the product's gate (:only_in_time), issued at least :lead before the
-- interval, issued before an instant (:issued_before), of one model (:model). Among vintages issued
-- at the same instant, the one that came last counts, as in `current_forecasts`. The columns, and
-- all else, are as in `aligned_values`. Powers are in 10^-6 kW.
SELECT w.membership, 'GROSS' AS channel, c.start_us, c.interval_seconds, c.issued_at_us, c.power,
  c.p10_power, c.has_p10, c.p90_power, c.has_p90
FROM unnest(:membership::integer[], :meter_id::integer[], :starts_at::timestamptz[],
  :ends_at::timestamptz[])
  AS w (membership, meter_id, starts_at, ends_at)
CROSS JOIN LATERAL (
  SELECT string_agg(int8send((date_part('epoch', n.interval_start) * 1000000)::bigint), '')
      AS start_us,
    string_agg(int8send(n.interval_seconds), '') AS interval_seconds,
    string_agg(int8send((date_part('epoch', n.issued_at) * 1000000)::bigint), '') AS issued_at_us,
    string_agg(int8send(n.power_microkw), '') AS power,
    string_agg(int8send(coalesce(n.p10_microkw, 0)), '') AS p10_power,
    string_agg(int8send((n.p10_microkw IS NOT NULL)::integer), '') AS has_p10,
    string_agg(int8send(coalesce(n.p90_microkw, 0)), '') AS p90_power,
    string_agg(int8send((n.p90_microkw IS NOT NULL)::integer), '') AS has_p90
  FROM (
    SELECT DISTINCT ON (f.interval_start)
      f.interval_start, f.interval_seconds, f.issued_at, f.power_microkw, f.p10_microkw,
      f.p90_microkw
    FROM forecast_vintage f
    WHERE f.meter_id = w.meter_id AND f.production_format = :production_format::production_format
      AND f.interval_start >= :earliest::timestamptz AND f.interval_start < :latest::timestamptz
      AND (f.interval_start >= w.starts_at AND f.interval_start < w.ends_at) IS TRUE
      AND (f.in_time OR NOT :only_in_time::boolean)
      AND (:lead::interval IS NULL OR f.issued_at <= f.interval_start - :lead)
      AND (:issued_before::timestamptz IS NULL OR f.issued_at < :issued_before)
      AND (:model::text IS NULL OR f.model = :model)
    ORDER BY f.interval_start, f.issued_at DESC, f.source_id DESC, f.kafka_offset DESC
  ) AS n
  HAVING count(*) > 0
) AS c
