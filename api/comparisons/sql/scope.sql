-- The scope named by a meter number (:meter_number) or a project id (:cds_productionproject_id):
-- one row for each membership of a meter in a project, and one row without a meter for a project
-- that has none. The branches are separate so that a generic plan uses the index of each, too.
WITH found AS (
  SELECT b.meter_id, b.cds_productionproject_id, b.starts_at, b.ends_at
  FROM meter m
  JOIN membership b USING (meter_id)
  WHERE m.meter_number = :meter_number::text
  UNION ALL
  SELECT b.meter_id, p.cds_productionproject_id, b.starts_at, b.ends_at
  FROM project p
  LEFT JOIN membership b USING (cds_productionproject_id)
  WHERE p.cds_productionproject_id = :cds_productionproject_id::text
)
SELECT m.meter_id, m.meter_number, m.capacity_kw, nullif(s.starts_at, '-infinity') AS starts_at,
  nullif(s.ends_at, 'infinity') AS ends_at, p.cds_productionproject_id, p.timezone, p.units,
  p.interval_seconds, p.interval_anchor_seconds, p.day_ahead_gate, p.hour_ahead_lead_minutes,
  p.technology, p.latitude, p.longitude, k.share_numerators, k.share_denominators, k.share_starts,
  k.share_ends, r.run_versions, r.run_codes
FROM found s
JOIN project p USING (cds_productionproject_id)
LEFT JOIN meter m ON m.meter_id = s.meter_id
CROSS JOIN LATERAL (
  SELECT array_agg(c.numerator ORDER BY c.starts_at) AS share_numerators,
    array_agg(c.denominator ORDER BY c.starts_at) AS share_denominators,
    array_agg(nullif(c.starts_at, '-infinity') ORDER BY c.starts_at) AS share_starts,
    array_agg(nullif(c.ends_at, 'infinity') ORDER BY c.starts_at) AS share_ends
  FROM contract_share c
  WHERE c.cds_productionproject_id = p.cds_productionproject_id
) AS k
CROSS JOIN LATERAL (
  SELECT array_agg(n.settlement_version ORDER BY n.settlement_version) AS run_versions,
    array_agg(n.code ORDER BY n.settlement_version) AS run_codes
  FROM settlement_run n
  WHERE n.cds_productionproject_id = p.cds_productionproject_id
) AS r
ORDER BY m.meter_number COLLATE "C", s.starts_at
