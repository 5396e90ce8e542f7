-- The start of the earliest interval at or after :edge, of any requested series, whose value
-- changed after :modified_after; or the earliest such register read, since register reads show in
-- settlement segments. Block range indexes on recorded_at skip unchanged rows, so that the walk
-- need not look at every day.
SELECT least(v.at, r.at)
FROM (
  SELECT min(v.interval_start) AS at
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN interval_value v ON v.meter_id = m.meter_id
    AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
  WHERE v.production_format = ANY (:production_formats::production_format[])
    AND (:meter_numbers::text[] IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids::text[] IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids::text[] IS NULL
      OR b.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND v.interval_start >= :edge::timestamptz
    AND v.recorded_at > :modified_after::timestamptz
) AS v
CROSS JOIN (
  SELECT min(r.read_at) AS at
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN register_read r ON r.meter_id = m.meter_id
    AND r.read_at >= b.starts_at AND r.read_at < b.ends_at
  WHERE 'settlement' = ANY (:production_formats)
    AND (:meter_numbers IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids IS NULL
      OR b.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND r.read_at >= :edge
    AND r.recorded_at > :modified_after
) AS r
