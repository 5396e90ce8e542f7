-- Every declared field of every meter: a number is unique across projects, so all are compared.
SELECT meter_number, cds_productionproject_id, capacity_kw, integration, hold_limit_seconds
FROM meter
ORDER BY meter_number
