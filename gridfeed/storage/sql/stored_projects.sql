-- Every declared field of every project, to compare a file with; projects without meters too.
SELECT cds_productionproject_id, tenant, name, timezone, interval_seconds, interval_anchor_seconds,
       units, contract_type, contract_rule, contract_start, contract_end
FROM project
ORDER BY cds_productionproject_id
