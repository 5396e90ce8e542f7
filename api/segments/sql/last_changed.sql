-- As first_changed, in the other direction: the latest interval before :edge, of any requested
-- series, whose value changed after :modified_after.
SELECT greatest(v.at, r.at)
FROM (
  SELECT max(v.interval_start) AS at
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN interval_value v ON v.meter_id = m.meter_id
    AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
  WHERE v.production_format = ANY (:production_formats::production_format[])
    AND (:meter_numbers::text[] IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids::text[] IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids::text[] IS NULL
      OR b.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND v.interval_start < :edge::timestamptz
    AND v.recorded_at > :modified_after::timestamptz
) AS v
CROSS JOIN (
  SELECT max(r.read_at) AS at
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN register_read r ON r.meter_id = m.meter_id
    AND r.read_at >= b.starts_at AND r.read_at < b.ends_at
  WHERE 'settlement' = ANY (:production_formats)
    AND (:meter_numbers IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids IS NULL
      OR b.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND r.read_at < :edge
    AND r.recorded_at > :modified_after
) AS r
