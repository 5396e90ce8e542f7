-- The next days (UTC) from :first_day to :last_day, both included, on which the requested series
-- have values; with :backwards, the latest day first. Each row has the number of series with values
-- on that day, and whether more days follow. From each series only a few days are read: enough that
-- all series together hold the :segments segments that the page lacks. The answer ends where the
-- first of these reads ended, because further days of that series are not known yet. The cost is
-- one or two probes per series, however many years lie between.
WITH asked AS (
  SELECT row_number() OVER () AS place, s.meter_id, s.production_format, s.channel,
    greatest(:first_day::date, (b.starts_at AT TIME ZONE 'UTC')::date) AS first_day,
    least(:last_day::date, (b.ends_at AT TIME ZONE 'UTC')::date) AS last_day,
    :segments::integer / count(*) OVER () + 2 AS most
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN series s USING (meter_id)
  WHERE s.production_format = ANY (:production_formats::production_format[])
    AND (:meter_numbers::text[] IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids::text[] IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids::text[] IS NULL
      OR b.cds_productionproject_id = ANY (:cds_productionproject_ids))
), entry AS MATERIALIZED (
  SELECT a.place, a.most, a.meter_id, a.production_format, d.utc_day
  FROM asked a
  CROSS JOIN LATERAL (
    (SELECT d.utc_day
     FROM series_day d
     WHERE NOT :backwards::boolean AND d.meter_id = a.meter_id
       AND d.production_format = a.production_format AND d.channel = a.channel
       AND d.utc_day >= a.first_day AND d.utc_day <= a.last_day
     ORDER BY d.utc_day
     LIMIT a.most)
    UNION ALL
    (SELECT d.utc_day
     FROM series_day d
     WHERE :backwards AND d.meter_id = a.meter_id
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
  SELECT CASE WHEN :backwards THEN max(e.first_day) ELSE min(e.last_day) END AS until FROM ended e
)
SELECT e.utc_day, count(DISTINCT (e.meter_id, e.production_format))::integer AS series,
  k.until IS NOT NULL AS more
FROM entry e
CROSS JOIN known k
WHERE k.until IS NULL OR CASE WHEN :backwards THEN e.utc_day >= k.until
  ELSE e.utc_day <= k.until END
GROUP BY e.utc_day, k.until
ORDER BY CASE WHEN :backwards THEN NULL ELSE e.utc_day END, e.utc_day DESC
