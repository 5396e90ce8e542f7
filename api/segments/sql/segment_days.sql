-- The next days (UTC) from $5 to $6, both included, on which the series asked for have values; with
-- $7 in the order of looking back. Of each how many series have some; whether more days follow.
-- Of each series so many days are read that together they hold the $8 segments a page lacks; beyond
-- the first series' end nothing is known yet. A probe or two a series, whatever the years between.
WITH asked AS (
  SELECT row_number() OVER () AS place, s.meter_id, s.production_format, s.channel,
    greatest($5::date, (b.starts_at AT TIME ZONE 'UTC')::date) AS first_day,
    least($6::date, (b.ends_at AT TIME ZONE 'UTC')::date) AS last_day,
    $8::integer / count(*) OVER () + 2 AS most
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN series s USING (meter_id)
  WHERE s.production_format = ANY ($1::production_format[])
    AND ($2::text[] IS NULL OR m.meter_number = ANY ($2))
    AND ($3::text[] IS NULL OR m.cds_meterdevice_id = ANY ($3))
    AND ($4::text[] IS NULL OR b.cds_productionproject_id = ANY ($4))
), entry AS MATERIALIZED (
  SELECT a.place, a.most, a.meter_id, a.production_format, d.utc_day
  FROM asked a
  CROSS JOIN LATERAL (
    (SELECT d.utc_day
     FROM series_day d
     WHERE NOT $7::boolean AND d.meter_id = a.meter_id
       AND d.production_format = a.production_format AND d.channel = a.channel
       AND d.utc_day >= a.first_day AND d.utc_day <= a.last_day
     ORDER BY d.utc_day
     LIMIT a.most)
    UNION ALL
    (SELECT d.utc_day
     FROM series_day d
     WHERE $7 AND d.meter_id = a.meter_id
       AND d.production_format = a.production_format AND d.channel = a.channel
       AND d.utc_day >= a.first_day AND d.utc_day <= a.last_day
     ORDER BY d.utc_day DESC
     LIMIT a.most)
  ) AS d
), ended AS (
  SELECT min(e.utc_day) AS first_day, max(e.utc_day) AS last_day
  FROM entry e
  GROUP BY e.place, e.most
  HAVING count(*) = e.most
), known AS (
  SELECT CASE WHEN $7 THEN max(e.first_day) ELSE min(e.last_day) END AS until FROM ended e
)
SELECT e.utc_day, count(DISTINCT (e.meter_id, e.production_format))::integer AS series,
  k.until IS NOT NULL AS more
FROM entry e
CROSS JOIN known k
WHERE k.until IS NULL OR CASE WHEN $7 THEN e.utc_day >= k.until ELSE e.utc_day <= k.until END
GROUP BY e.utc_day, k.until
ORDER BY CASE WHEN $7 THEN NULL ELSE e.utc_day END, e.utc_day DESC
