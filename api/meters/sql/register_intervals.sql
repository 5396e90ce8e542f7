-- Interval energies between the reads of each register, summed in one pass. width_bucket finds the
-- two reads between which an interval starts, and those between which it ends (0: before the first
-- read). If they differ, a read lies inside the interval. :register, :read_at: register and instant
-- of every read. :earliest, :latest: the first and the last of these instants, so that the planner
-- excludes chunks. No interval is longer than a day.
WITH instants AS (
  SELECT t.register, array_agg(DISTINCT t.read_at ORDER BY t.read_at) AS read_at
  FROM unnest(:register::text[], :read_at::timestamptz[]) AS t (register, read_at)
  GROUP BY t.register
), placed AS (
  SELECT i.register, v.production_format, v.channel, v.energy_microkwh, v.interval_seconds,
    width_bucket(v.interval_start, i.read_at) AS starts_in,
    width_bucket(v.interval_start + make_interval(secs => v.interval_seconds)
      - interval '1 microsecond', i.read_at) AS ends_in
  FROM instants i
  JOIN interval_value v ON v.interval_start < i.read_at[cardinality(i.read_at)]
  WHERE v.meter_id = :meter_id AND v.production_format IN ('scada', 'settlement')
    AND v.energy_microkwh IS NOT NULL
    AND v.interval_start > :earliest::timestamptz - interval '1 day'
    AND v.interval_start < :latest::timestamptz
)
SELECT p.register, p.starts_in, p.ends_in, p.production_format, p.channel,
  sum(p.energy_microkwh) AS energy_microkwh, sum(p.interval_seconds) AS seconds
FROM placed p
WHERE p.ends_in > 0
GROUP BY p.register, p.starts_in, p.ends_in, p.production_format, p.channel
