-- An upper bound of the number of values on the days (UTC) of a selection on which a value changed
-- or a register was read after :modified_after, and on the days before and after them, since a
-- local day touches two or three UTC days. At most :enough changes are looked at: each is a value
-- itself, so the bound is at least :enough then.
WITH changed AS (
  SELECT v.meter_id, v.production_format, (v.interval_start AT TIME ZONE 'UTC')::date AS utc_day
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN interval_value v ON v.meter_id = m.meter_id
    AND v.interval_start >= b.starts_at AND v.interval_start < b.ends_at
  WHERE v.production_format = ANY (:production_formats::production_format[])
    AND (:meter_numbers::text[] IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids::text[] IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids::text[] IS NULL
      OR b.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND v.interval_start >= :first_day::date::timestamp AT TIME ZONE 'UTC'
    AND v.interval_start < (:last_day::date + 1)::timestamp AT TIME ZONE 'UTC'
    AND v.recorded_at > :modified_after::timestamptz
  LIMIT :enough
), read AS (
  SELECT r.meter_id, 'settlement'::production_format AS production_format,
    (r.read_at AT TIME ZONE 'UTC')::date AS utc_day
  FROM meter m
  JOIN membership b USING (meter_id)
  JOIN register_read r ON r.meter_id = m.meter_id
    AND r.read_at >= b.starts_at AND r.read_at < b.ends_at
  WHERE 'settlement' = ANY (:production_formats)
    AND (:meter_numbers IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:cds_meterdevice_ids IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids IS NULL
      OR b.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND r.read_at >= :first_day::date::timestamp AT TIME ZONE 'UTC'
    AND r.read_at < (:last_day::date + 1)::timestamp AT TIME ZONE 'UTC'
    AND r.recorded_at > :modified_after
  LIMIT :enough
), touched AS (
  SELECT c.meter_id, c.production_format, c.utc_day FROM changed c
  UNION
  SELECT r.meter_id, r.production_format, r.utc_day FROM read r
), day AS (
  SELECT DISTINCT d.meter_id, d.production_format, d.channel, d.utc_day, d.interval_seconds
  FROM touched t
  JOIN series_day d ON d.meter_id = t.meter_id AND d.production_format = t.production_format
    AND d.utc_day >= t.utc_day - 1 AND d.utc_day <= t.utc_day + 1
)
SELECT greatest((SELECT count(*) FROM changed), (SELECT count(*) FROM read),
  (SELECT coalesce(sum(ceil(86400.0 / d.interval_seconds)), 0) FROM day d))::bigint
