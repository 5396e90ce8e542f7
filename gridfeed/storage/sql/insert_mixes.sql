-- In the order of the file.
INSERT INTO supply_mix
  (cds_productionproject_id, place, supply_type, ratio, attribution, carbon_intensity, starts_at,
   ends_at)
SELECT t.project, t.place, t.supply_type, t.ratio, t.attribution, t.carbon_intensity,
  coalesce(t.starts_at, '-infinity'), coalesce(t.ends_at, 'infinity')
FROM unnest($1::text[], $2::integer[], $3::text[], $4::numeric[], $5::text[], $6::numeric[],
    $7::timestamptz[], $8::timestamptz[])
  AS t (project, place, supply_type, ratio, attribution, carbon_intensity, starts_at, ends_at)
