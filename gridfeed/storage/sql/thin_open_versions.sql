-- Leaves one open value a minute of each interval whose last open value was replaced in
-- [:since, :before): the last of the minute, which then counts from the minute's first publication,
-- with the first one's cause. So every instant keeps exactly one value. A difference leads to the
-- next value that is left. Only meters whose id leaves :part when divided by :parts.
WITH ended AS (
  SELECT DISTINCT v.meter_id, v.production_format, v.channel, v.interval_start
  FROM open_version v
  WHERE v.replaced_at >= :since AND v.replaced_at < :before
    AND mod(v.meter_id, :parts::integer) = :part::integer
), version AS (
  SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.recorded_at,
    v.replaced_at, v.cause, v.energy_microkwh,
    date_trunc('minute', v.replaced_at, 'UTC') AS minute
  FROM ended e
  JOIN open_version v USING (meter_id, production_format, channel, interval_start)
  WHERE NOT EXISTS (
    SELECT FROM open_version n
    WHERE n.meter_id = e.meter_id AND n.production_format = e.production_format
      AND n.channel = e.channel AND n.interval_start = e.interval_start
      AND n.replaced_at >= :before)
), ranked AS (
  SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.replaced_at,
    v.energy_microkwh, row_number() OVER (m ORDER BY v.replaced_at DESC) AS place,
    min(v.recorded_at) OVER m AS recorded_at,
    first_value(v.cause) OVER (m ORDER BY v.replaced_at) AS cause
  FROM version v
  WINDOW m AS (
    PARTITION BY v.meter_id, v.production_format, v.channel, v.interval_start, v.minute)
), kept AS (
  SELECT r.meter_id, r.production_format, r.channel, r.interval_start, r.replaced_at,
    r.recorded_at, r.cause,
    lead(r.energy_microkwh) OVER i - r.energy_microkwh AS delta_microkwh,
    lead(r.replaced_at) OVER i IS NOT NULL AS has_next
  FROM ranked r
  WHERE r.place = 1
  WINDOW i AS (
    PARTITION BY r.meter_id, r.production_format, r.channel, r.interval_start
    ORDER BY r.replaced_at)
), gone AS (
  DELETE FROM open_version v
  USING ranked r
  WHERE r.place > 1 AND v.meter_id = r.meter_id AND v.production_format = r.production_format
    AND v.channel = r.channel AND v.interval_start = r.interval_start
    AND v.replaced_at = r.replaced_at
  RETURNING 1
), merged AS (
  UPDATE open_version v SET recorded_at = k.recorded_at, cause = k.cause,
    delta_microkwh = CASE WHEN k.has_next THEN k.delta_microkwh ELSE v.delta_microkwh END
  FROM kept k
  WHERE v.meter_id = k.meter_id AND v.production_format = k.production_format
    AND v.channel = k.channel AND v.interval_start = k.interval_start
    AND v.replaced_at = k.replaced_at
    AND (v.recorded_at <> k.recorded_at
      OR k.has_next AND v.delta_microkwh IS DISTINCT FROM k.delta_microkwh)
)
SELECT count(*) FROM gone
