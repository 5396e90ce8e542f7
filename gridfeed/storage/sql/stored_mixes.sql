-- What every project's energy is made of, in the order of its file.
SELECT cds_productionproject_id, supply_type, ratio, attribution, carbon_intensity
FROM supply_mix
ORDER BY cds_productionproject_id, place
