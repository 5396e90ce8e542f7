-- Of each interval the forecast vintage that counts: the newest issued of those that satisfy the
-- rule: in time for the product's gate ($6), issued a lead ($9) before the interval, issued before
-- an instant ($10), of a model ($11); of equal ones that which came last, as in `current_forecasts`.
-- Columns, and the rest, as in `aligned_values`; powers are 10^-6 kW.
SELECT w.stay, 'GROSS' AS channel, c.start_us, c.interval_seconds, c.issued_at_us, c.power,
  c.p10_power, c.has_p10, c.p90_power, c.has_p90
FROM unnest($1::integer[], $2::integer[], $3::timestamptz[], $4::timestamptz[])
  AS w (stay, meter_id, starts_at, ends_at)
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
    WHERE f.meter_id = w.meter_id AND f.production_format = $5::production_format
      AND f.interval_start >= $7::timestamptz AND f.interval_start < $8::timestamptz
      AND (f.interval_start >= w.starts_at AND f.interval_start < w.ends_at) IS TRUE
      AND (f.in_time OR NOT $6::boolean)
      AND ($9::interval IS NULL OR f.issued_at <= f.interval_start - $9)
      AND ($10::timestamptz IS NULL OR f.issued_at < $10)
      AND ($11::text IS NULL OR f.model = $11)
    ORDER BY f.interval_start, f.issued_at DESC, f.source_id DESC, f.kafka_offset DESC
  ) AS n
  HAVING count(*) > 0
) AS c
