-- Meters in force at :now whose samples are further apart than their hold limit, with their
-- distance: the time from each of the newest intervals with samples to the next one, divided by its
-- samples, on average over the intervals. (One interval alone gives that time only to within a
-- sample.) Pauses (twice the median or more) do not count, nor does the oldest interval, in which
-- samples may have started. A sample may be late by a twentieth of its hold limit without harm.
-- Only meters whose newest day with values is in [:opens, :closes), so that only the last chunks of
-- many years are searched: an interval is at most a day long. The five newest blocks show which
-- meters are worth the full search; they may include a pause.
WITH dated AS MATERIALIZED (
  SELECT m.meter_id, m.meter_number, m.hold_limit_seconds, s.channel, d.utc_day,
    d.utc_day::timestamp AT TIME ZONE 'UTC' - make_interval(secs => 13 * p.interval_seconds)
      AS opens
  FROM meter m
  JOIN membership b ON b.meter_id = m.meter_id AND b.starts_at <= :now AND b.ends_at > :now
  JOIN project p ON p.cds_productionproject_id = b.cds_productionproject_id
  JOIN series s ON s.meter_id = m.meter_id AND s.production_format = 'scada'
  CROSS JOIN LATERAL (
    SELECT n.utc_day FROM series_day n
    WHERE n.meter_id = s.meter_id AND n.production_format = 'scada' AND n.channel = s.channel
    ORDER BY n.utc_day DESC LIMIT 1
  ) AS d
), suspected AS MATERIALIZED (
  SELECT t.meter_id, t.meter_number, t.hold_limit_seconds, t.channel, t.opens
  FROM dated t
  CROSS JOIN LATERAL (
    SELECT extract(epoch FROM max(k.interval_start) - min(k.interval_start)) AS seconds,
      sum(k.samples) - (array_agg(k.samples ORDER BY k.interval_start DESC))[1] AS samples
    FROM (
      SELECT b.interval_start, b.samples
      FROM sample_block b
      WHERE b.meter_id = t.meter_id AND b.channel = t.channel AND b.interval_start >= t.opens
        AND b.interval_start >= (:opens::date - 13)::timestamp AT TIME ZONE 'UTC'
        AND b.interval_start < :closes::date::timestamp AT TIME ZONE 'UTC'
      ORDER BY b.interval_start DESC
      LIMIT 5
    ) AS k
  ) AS newest
  WHERE t.utc_day >= :opens::date AND t.utc_day < :closes::date
    AND newest.seconds * 0.95 > t.hold_limit_seconds * newest.samples
), spans AS MATERIALIZED (
  SELECT t.meter_number, t.hold_limit_seconds, t.channel, n.seconds, n.samples
  FROM suspected t
  CROSS JOIN LATERAL (
    SELECT i.samples,
      extract(epoch FROM lead(i.interval_start) OVER (ORDER BY i.interval_start)
        - i.interval_start) AS seconds,
      row_number() OVER (ORDER BY i.interval_start) AS place
    FROM (
      SELECT b.interval_start, sum(b.samples) AS samples
      FROM sample_block b
      WHERE b.meter_id = t.meter_id AND b.channel = t.channel AND b.interval_start >= t.opens
        AND b.interval_start >= (:opens::date - 13)::timestamp AT TIME ZONE 'UTC'
        AND b.interval_start < :closes::date::timestamp AT TIME ZONE 'UTC'
      GROUP BY b.interval_start
      ORDER BY b.interval_start DESC
      LIMIT 13
    ) AS i
  ) AS n
  WHERE n.seconds IS NOT NULL AND n.samples > 0 AND n.place > 1
), usual AS (
  SELECT meter_number, channel,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds / samples) AS apart
  FROM spans
  GROUP BY meter_number, channel
), apart AS (
  SELECT s.meter_number, s.hold_limit_seconds, sum(s.seconds) / sum(s.samples) AS seconds
  FROM spans s
  JOIN usual u USING (meter_number, channel)
  WHERE s.seconds / s.samples <= 2 * u.apart
  GROUP BY s.meter_number, s.hold_limit_seconds, s.channel
)
SELECT meter_number, hold_limit_seconds, max(seconds)::float AS seconds_apart
FROM apart
WHERE seconds * 0.95 > hold_limit_seconds
GROUP BY meter_number, hold_limit_seconds
ORDER BY meter_number
