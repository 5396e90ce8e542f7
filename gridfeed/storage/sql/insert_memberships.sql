-- NULL means that the side is open.
INSERT INTO membership (meter_id, cds_productionproject_id, starts_at, ends_at)
SELECT m.meter_id, t.project, coalesce(t.starts_at, '-infinity'), coalesce(t.ends_at, 'infinity')
FROM unnest(:meter_number::text[], :project::text[], :starts_at::timestamptz[],
  :ends_at::timestamptz[])
  AS t (meter_number, project, starts_at, ends_at)
JOIN meter m USING (meter_number)
