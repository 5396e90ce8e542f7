-- A text that changes whenever the published values of a selection change; it is asked for before
-- the values are read. It has the number of values and the sum of the instants at which they were
-- recorded: each change of a value moves that sum, and nothing else does. Declarations move the
-- catalogue's version. With :modified_after, only values recorded after it count, since no others
-- can change the answer.
SELECT concat_ws(' ', granted.catalogue_version(), v.how_many, v.recorded, r.how_many, r.recorded)
FROM (
  SELECT count(*) AS how_many, sum(extract(epoch FROM v.recorded_at)) AS recorded
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN interval_value v ON v.meter_id = m.meter_id
    AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
  WHERE v.production_format = ANY (:production_formats::production_format[])
    AND (:meter_numbers::text[] IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids::text[] IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids::text[] IS NULL
      OR b.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND v.interval_start >= :starts::timestamptz AND v.interval_start < :ends::timestamptz
    AND (:modified_after::timestamptz IS NULL OR v.recorded_at > :modified_after)
) AS v
CROSS JOIN (
  SELECT count(*) AS how_many, sum(extract(epoch FROM r.recorded_at)) AS recorded
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN register_read r ON r.meter_id = m.meter_id
    AND r.read_at >= b.starts_at AND r.read_at < b.ends_at
  WHERE 'settlement' = ANY (:production_formats)
    AND (:meter_numbers IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids IS NULL
      OR b.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND r.read_at >= :starts AND r.read_at < :ends
    AND (:modified_after IS NULL OR r.recorded_at > :modified_after)
) AS r
