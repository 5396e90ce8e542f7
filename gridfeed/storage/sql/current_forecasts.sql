-- For each interval the vintage that counts: the newest one issued before the product's gate. None
-- if every vintage came too late; such an interval stays unpublished.
SELECT DISTINCT ON (f.meter_id, f.production_format, f.interval_start)
  f.meter_id, f.production_format, f.interval_start, f.interval_seconds, f.issued_at,
  f.power_microkw, f.p10_microkw, f.p90_microkw, f.model
FROM unnest(:meter_id::integer[], :production_format::production_format[],
  :interval_start::timestamptz[])
  AS w (meter_id, production_format, interval_start)
JOIN forecast_vintage f USING (meter_id, production_format, interval_start)
WHERE f.in_time
ORDER BY f.meter_id, f.production_format, f.interval_start, f.issued_at DESC, f.source_id DESC,
  f.kafka_offset DESC
