-- How many values a selection has at most, by the days that have any: it is asked before they are
-- read. Days beyond $7 of them are not counted, since each has one value at least.
SELECT coalesce(sum(d.most), 0)::bigint
FROM (
  SELECT ceil(86400.0 / d.interval_seconds) AS most
  FROM meter m
  JOIN series_day d USING (meter_id)
  WHERE d.production_format = ANY ($1::production_format[])
    AND ($2::text[] IS NULL OR m.meter_number = ANY ($2))
    AND ($3::text[] IS NULL OR m.cds_meterdevice_id = ANY ($3))
    AND ($4::text[] IS NULL OR EXISTS (
      SELECT FROM membership b
      WHERE b.meter_id = d.meter_id AND b.cds_productionproject_id = ANY ($4)
        AND d.utc_day < b.ends_at AT TIME ZONE 'UTC' AND d.utc_day + 1 > b.starts_at AT TIME ZONE 'UTC'))
    AND d.utc_day >= $5::date AND d.utc_day <= $6::date
  LIMIT $7
) AS d
