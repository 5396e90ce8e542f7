-- One row a project for `gridfeed projects list`, with its meters in the order of their numbers.
SELECT p.cds_productionproject_id, p.tenant, p.name, p.timezone, p.interval_seconds, p.units,
       p.contract_type, p.contract_rule, p.contract_start, p.contract_end, p.modified_at,
       p.synced_at,
       array_remove(array_agg(m.meter_number ORDER BY m.meter_number), NULL) AS meter_numbers,
       sum(m.capacity_kw) AS capacity_kw
FROM project p LEFT JOIN meter m USING (cds_productionproject_id)
GROUP BY p.cds_productionproject_id
ORDER BY p.tenant, p.cds_productionproject_id
