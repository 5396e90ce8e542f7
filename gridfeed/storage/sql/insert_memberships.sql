-- NULL is an open side.
INSERT INTO membership (meter_id, cds_productionproject_id, starts_at, ends_at)
SELECT m.meter_id, t.project, coalesce(t.starts_at, '-infinity'), coalesce(t.ends_at, 'infinity')
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
  AS t (meter_number, project, starts_at, ends_at)
JOIN meter m USING (meter_number)
