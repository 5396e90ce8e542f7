-- An upper bound of the number of values of a selection, from the days that have values, without
-- reading the values. At most :enough days are counted, since each has at least one value.
SELECT coalesce(sum(d.most), 0)::bigint
FROM (
  SELECT ceil(86400.0 / d.interval_seconds) AS most
  FROM meter m
  JOIN series_day d USING (meter_id)
  WHERE d.production_format = ANY (:production_formats::production_format[])
    AND (:meter_numbers::text[] IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids::text[] IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids::text[] IS NULL OR EXISTS (
      SELECT FROM membership b
      WHERE b.meter_id = d.meter_id
        AND b.cds_productionproject_id = ANY (:cds_productionproject_ids)
        AND d.utc_day < b.ends_at AT TIME ZONE 'UTC'
        AND d.utc_day + 1 > b.starts_at AT TIME ZONE 'UTC'))
    AND d.utc_day >= :first_day::date AND d.utc_day <= :last_day::date
  LIMIT :enough
) AS d
