-- Every vintage is kept; the same forecast again changes nothing.
INSERT INTO forecast_vintage (meter_id, production_format, interval_start, interval_seconds,
  issued_at, in_time, power_microkw, p10_microkw, p90_microkw, model, source_id, kafka_offset,
  recorded_at)
SELECT meter_id, production_format, interval_start, interval_seconds, issued_at, in_time,
  power_microkw, p10_microkw, p90_microkw, model, $1, kafka_offset, $13
FROM unnest($2::integer[], $3::production_format[], $4::timestamptz[], $5::integer[],
  $6::timestamptz[], $7::boolean[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[],
  $12::bigint[])
  AS t (meter_id, production_format, interval_start, interval_seconds, issued_at, in_time,
    power_microkw, p10_microkw, p90_microkw, model, kafka_offset)
ON CONFLICT DO NOTHING
