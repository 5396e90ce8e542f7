-- The supply mix of every project, in the order of its file.
SELECT cds_productionproject_id, supply_type, ratio, attribution, carbon_intensity,
  nullif(starts_at, '-infinity') AS starts_at, nullif(ends_at, 'infinity') AS ends_at
FROM supply_mix
ORDER BY cds_productionproject_id, place
