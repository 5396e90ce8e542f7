-- The supply mixes of projects (:cds_productionproject_ids), components in the order of the project
-- file; with each component, the project's certificates that overlap [:start, :end). NULL is an
-- open bound.
SELECT x.cds_productionproject_id, x.supply_type, x.attribution, x.ratio, x.carbon_intensity,
  nullif(x.starts_at, '-infinity') AS starts_at, nullif(x.ends_at, 'infinity') AS ends_at,
  coalesce(c.ids, '{}') AS certificate_ids, c.starts AS certificate_starts,
  c.ends AS certificate_ends
FROM supply_mix x
CROSS JOIN LATERAL (
  SELECT array_agg(e.cds_eac_id ORDER BY e.cds_eac_id COLLATE "C") AS ids,
    array_agg(e.period_start ORDER BY e.cds_eac_id COLLATE "C") AS starts,
    array_agg(e.period_end ORDER BY e.cds_eac_id COLLATE "C") AS ends
  FROM eac_project p
  JOIN eac e USING (cds_eac_id)
  WHERE p.cds_productionproject_id = x.cds_productionproject_id
    AND e.period_start < :end::timestamptz AND e.period_end > :start::timestamptz
) AS c
WHERE x.cds_productionproject_id = ANY (:cds_productionproject_ids::text[])
ORDER BY x.cds_productionproject_id, x.place
