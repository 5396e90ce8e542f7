-- One row for each project, for `gridfeed projects list`: its present meters in the order of their
-- numbers, and, if its contract has several shares, the present one.
SELECT p.cds_productionproject_id, p.tenant, p.name, p.timezone, p.interval_seconds, p.units,
  p.contract_type, p.contract_rule, p.contract_start, p.contract_end, p.modified_at, p.synced_at,
  ms.meter_numbers, ms.capacity_kw, s.numerator, s.denominator
FROM project p
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(m.meter_number ORDER BY m.meter_number), '{}') AS meter_numbers,
    sum(m.capacity_kw) AS capacity_kw
  FROM membership b JOIN meter m USING (meter_id)
  WHERE b.cds_productionproject_id = p.cds_productionproject_id
    AND b.starts_at <= clock_timestamp() AND b.ends_at > clock_timestamp()
) AS ms
LEFT JOIN contract_share s ON s.cds_productionproject_id = p.cds_productionproject_id
  AND s.starts_at <= clock_timestamp() AND s.ends_at > clock_timestamp()
ORDER BY p.tenant, p.cds_productionproject_id
