-- Raw samples of one meter whose intervals touch [$2, $3): whole intervals until $4 samples are
-- together, and where the next page starts. No row: the meter is unknown, or not granted.
WITH touched AS (
  SELECT b.channel, b.interval_start, b.source_id, b.block,
    sum(b.samples) OVER (ORDER BY b.interval_start)
      - sum(b.samples) OVER (PARTITION BY b.interval_start) AS samples_before
  FROM sample_block b
  JOIN meter m USING (meter_id)
  JOIN project p USING (cds_productionproject_id)
  WHERE m.meter_number = $1
    AND b.channel = ANY (enum_range(NULL::channel))
    AND b.interval_start > $2::timestamptz - make_interval(secs => p.interval_seconds)
    AND b.interval_start < $3::timestamptz
)
SELECT t.channel, t.interval_start, t.source_id, t.block,
  (SELECT min(n.interval_start) FROM touched n WHERE n.samples_before >= $4::integer) AS next_start
FROM meter m
LEFT JOIN touched t ON t.samples_before < $4::integer
WHERE m.meter_number = $1
ORDER BY t.interval_start
