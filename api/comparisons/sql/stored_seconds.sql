-- The interval lengths that values of some meters have on some days (UTC).
SELECT DISTINCT d.interval_seconds
FROM series_day d
WHERE d.meter_id = ANY (:meter_ids::integer[])
  AND d.production_format = ANY (:production_formats::production_format[])
  AND d.utc_day >= :first_day::date AND d.utc_day <= :last_day::date
