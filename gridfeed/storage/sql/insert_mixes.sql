-- In the order of the file.
INSERT INTO supply_mix
  (cds_productionproject_id, place, supply_type, ratio, attribution, carbon_intensity, starts_at,
   ends_at)
SELECT t.project, t.place, t.supply_type, t.ratio, t.attribution, t.carbon_intensity,
  coalesce(t.starts_at, '-infinity'), coalesce(t.ends_at, 'infinity')
FROM unnest(:project::text[], :place::integer[], :supply_type::text[], :ratio::numeric[],
    :attribution::text[], :carbon_intensity::numeric[], :starts_at::timestamptz[],
    :ends_at::timestamptz[])
  AS t (project, place, supply_type, ratio, attribution, carbon_intensity, starts_at, ends_at)
