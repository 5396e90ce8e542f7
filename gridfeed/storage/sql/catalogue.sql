-- Version and contents in one statement, so that they are of one moment: a worker that keeps the
-- version can never hold older meters than it believes. One row without a meter when none exists.
SELECT v.version, p.cds_productionproject_id, p.tenant, p.name, p.timezone, p.interval_seconds,
       p.interval_anchor_seconds, p.units, p.contract_type, p.contract_rule, p.contract_start,
       p.contract_end, m.meter_id, m.meter_number, m.capacity_kw, m.integration,
       m.hold_limit_seconds
FROM catalogue_version v
LEFT JOIN (meter m JOIN project p USING (cds_productionproject_id)) ON true
ORDER BY m.meter_number
