-- What the intervals of an edit are set to, with how that was found; in force until it ends.
INSERT INTO edited_interval (edit_id, recorded_at, ends_by_measurement, meter_id,
  production_format, channel, interval_start, interval_seconds, energy_microkwh, quality, method,
  inputs)
SELECT $1, $2, $3, t.meter_id, t.production_format, t.channel, t.interval_start,
  t.interval_seconds, t.energy_microkwh, t.quality, t.method, t.inputs::jsonb
FROM unnest($4::integer[], $5::production_format[], $6::channel[], $7::timestamptz[],
  $8::integer[], $9::bigint[], $10::reading_quality[], $11::text[], $12::text[])
  AS t (meter_id, production_format, channel, interval_start, interval_seconds, energy_microkwh,
    quality, method, inputs)
