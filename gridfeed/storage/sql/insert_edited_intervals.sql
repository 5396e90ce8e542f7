-- The new values of an edit's intervals, with the inputs of each; in force until they end.
INSERT INTO edited_interval (edit_id, recorded_at, ends_by_measurement, meter_id,
  production_format, channel, interval_start, interval_seconds, energy_microkwh, quality, method,
  inputs)
SELECT :edit_id, :recorded_at, :ends_by_measurement, t.meter_id, t.production_format, t.channel,
  t.interval_start, t.interval_seconds, t.energy_microkwh, t.quality, t.method, t.inputs::jsonb
FROM unnest(:meter_id::integer[], :production_format::production_format[], :channel::channel[],
  :interval_start::timestamptz[], :interval_seconds::integer[], :energy_microkwh::bigint[],
  :quality::reading_quality[], :method::text[], :inputs::text[])
  AS t (meter_id, production_format, channel, interval_start, interval_seconds, energy_microkwh,
    quality, method, inputs)
