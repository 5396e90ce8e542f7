-- In the order of the file.
INSERT INTO supply_mix
  (cds_productionproject_id, place, supply_type, ratio, attribution, carbon_intensity)
SELECT t.project, t.place, t.supply_type, t.ratio, t.attribution, t.carbon_intensity
FROM unnest($1::text[], $2::integer[], $3::text[], $4::numeric[], $5::text[], $6::numeric[])
  AS t (project, place, supply_type, ratio, attribution, carbon_intensity)
