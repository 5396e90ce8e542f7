-- Stores the values of a fleet between two midnights, as they stand once the days are over: SCADA of every five
-- minutes, settlement of every quarter of an hour, day-ahead forecasts of every hour. One statement,
-- since what publishes values one batch after the other takes an hour for a year of 100 meters.
WITH kind (production_format, seconds) AS (
  VALUES ('scada', 300), ('settlement', 900), ('forecast_day_ahead', 3600)
), value AS (
  SELECT m.meter_id, k.production_format::production_format, t.at, k.seconds,
    -- Different digits in every interval, as measured energy has them.
    (1e6 + mod(m.meter_id * 7919 + extract(epoch FROM t.at)::bigint / k.seconds * 104729, 9e6))::bigint
      * k.seconds / 300 AS energy
  FROM meter m
  CROSS JOIN kind k
  CROSS JOIN LATERAL generate_series(:first::timestamptz,
    :last::timestamptz - make_interval(secs => k.seconds),
    make_interval(secs => k.seconds)) AS t (at)
), stored AS (
  INSERT INTO interval_value (meter_id, production_format, channel, interval_start,
    interval_seconds, energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh,
    quality, samples, coverage_us, longest_gap_us, settlement_version, issued_at, created_at,
    recorded_at, cause)
  SELECT v.meter_id, v.production_format, 'GROSS', v.at, v.seconds, v.energy,
    CASE WHEN x.scada THEN v.energy * 12 END, CASE WHEN x.scada THEN v.energy * 12 + 1000003 END,
    CASE WHEN x.forecast THEN v.energy * 9 / 10 END, CASE WHEN x.forecast THEN v.energy * 11 / 10 END,
    CASE WHEN x.scada THEN 'calculated' WHEN x.forecast THEN NULL ELSE 'revenue' END::reading_quality,
    CASE WHEN x.scada THEN 300 END, CASE WHEN x.scada THEN 300000000 END,
    CASE WHEN x.scada THEN 1000000 END, CASE WHEN NOT x.scada AND NOT x.forecast THEN 0 END,
    CASE WHEN x.forecast THEN v.at - interval '1 day' END, x.recorded_at, x.recorded_at,
    'first'
  FROM value v
  CROSS JOIN LATERAL (
    SELECT v.production_format = 'scada' AS scada,
      v.production_format = 'forecast_day_ahead' AS forecast,
      v.at + interval '1 hour' AS recorded_at
  ) AS x
  ORDER BY v.at
), days AS (
  INSERT INTO series_day (meter_id, production_format, channel, utc_day, interval_seconds,
    created_at)
  SELECT DISTINCT v.meter_id, v.production_format, 'GROSS'::channel,
    (v.at AT TIME ZONE 'UTC')::date, v.seconds, :first::timestamptz
  FROM value v
)
INSERT INTO series (meter_id, production_format, channel, created_at)
SELECT m.meter_id, k.production_format::production_format, 'GROSS', :first
FROM meter m CROSS JOIN kind k
ON CONFLICT DO NOTHING
