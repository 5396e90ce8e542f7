-- Raw samples of one meter whose intervals touch [:start, :end): whole intervals until there are
-- :most_samples samples, and the start of the next page. Intervals that began before :start do not
-- count towards :most_samples, so that every page moves on. No row: the meter is unknown or not
-- granted.
WITH asked AS (
  SELECT m.meter_id, max(p.interval_seconds) AS interval_seconds
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN project p USING (cds_productionproject_id)
  WHERE m.meter_number = :meter_number
  GROUP BY m.meter_id
), touched AS (
  SELECT b.channel, b.interval_start, b.source_id, b.block,
    sum(b.samples) FILTER (WHERE b.interval_start >= :start::timestamptz)
        OVER (ORDER BY b.interval_start)
      - sum(b.samples) FILTER (WHERE b.interval_start >= :start::timestamptz)
        OVER (PARTITION BY b.interval_start) AS samples_before
  FROM sample_block b
  JOIN asked a USING (meter_id)
  WHERE b.channel = ANY (enum_range(NULL::channel))
    AND b.interval_start > :start::timestamptz - make_interval(secs => a.interval_seconds)
    AND b.interval_start < :end::timestamptz
)
SELECT t.channel, t.interval_start, t.source_id, t.block,
  (SELECT min(n.interval_start) FROM touched n
    WHERE n.samples_before >= :most_samples::integer) AS next_start
FROM asked a
LEFT JOIN touched t ON coalesce(t.samples_before, 0) < :most_samples::integer
ORDER BY t.interval_start
