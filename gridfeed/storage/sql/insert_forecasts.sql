-- Every vintage is kept; a repeated forecast changes nothing.
INSERT INTO forecast_vintage (meter_id, production_format, interval_start, interval_seconds,
  issued_at, in_time, power_microkw, p10_microkw, p90_microkw, model, source_id, kafka_offset,
  recorded_at)
SELECT meter_id, production_format, interval_start, interval_seconds, issued_at, in_time,
  power_microkw, p10_microkw, p90_microkw, model, :source_id, kafka_offset, :recorded_at
FROM unnest(:meter_id::integer[], :production_format::production_format[],
  :interval_start::timestamptz[], :interval_seconds::integer[], :issued_at::timestamptz[],
  :in_time::boolean[], :power_microkw::bigint[], :p10_microkw::bigint[], :p90_microkw::bigint[],
  :model::text[], :kafka_offset::bigint[])
  AS t (meter_id, production_format, interval_start, interval_seconds, issued_at, in_time,
    power_microkw, p10_microkw, p90_microkw, model, kafka_offset)
ON CONFLICT DO NOTHING
