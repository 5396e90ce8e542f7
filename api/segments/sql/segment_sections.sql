-- The sections of a listing of usage segments (CDS-WG3-01 10.8.8): by account number, then by the
-- number of the contract in force when a segment starts; absent numbers come first. A section has
-- one row for each span of time without a gap: what lies before a contract and what lies after it
-- are two spans, and the days between them are not looked through. Each row has the section's
-- projects and the bounds of its segments' starts; NULL is no bound. Only projects that the filters
-- allow are included.
WITH chosen AS (
  SELECT p.cds_productionproject_id, coalesce(a.account_number, '') AS account_number
  FROM project p
  LEFT JOIN account a ON a.tenant = p.tenant
  WHERE (:cds_productionproject_ids::text[] IS NULL
      OR p.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND (:meter_numbers::text[] IS NULL AND :cds_meterdevice_ids::text[] IS NULL OR EXISTS (
      SELECT FROM membership b JOIN meter m USING (meter_id)
      WHERE b.cds_productionproject_id = p.cds_productionproject_id
        AND (:meter_numbers IS NULL OR m.meter_number = ANY (:meter_numbers))
        AND (:cds_meterdevice_ids IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))))
    AND (:cds_account_ids::text[] IS NULL OR a.cds_account_id = ANY (:cds_account_ids))
    AND (:account_numbers::text[] IS NULL OR a.account_number = ANY (:account_numbers))
    AND (:cds_servicecontract_ids::text[] IS NULL AND :contract_numbers::text[] IS NULL OR EXISTS (
      SELECT FROM service_contract c
      WHERE c.cds_productionproject_id = p.cds_productionproject_id
        AND (:cds_servicecontract_ids IS NULL
          OR c.cds_servicecontract_id = ANY (:cds_servicecontract_ids))
        AND (:contract_numbers IS NULL OR c.contract_number = ANY (:contract_numbers))))
), edge AS (
  SELECT p.cds_productionproject_id, '-infinity'::timestamptz AS starts_at FROM chosen p
  UNION
  SELECT c.cds_productionproject_id, e.at
  FROM chosen p
  JOIN service_contract c USING (cds_productionproject_id)
  CROSS JOIN unnest(ARRAY[c.starts_at, c.ends_at]) AS e (at)
  WHERE e.at < 'infinity'
), stretch AS (
  SELECT e.cds_productionproject_id, e.starts_at,
    lead(e.starts_at, 1, 'infinity')
      OVER (PARTITION BY e.cds_productionproject_id ORDER BY e.starts_at) AS ends_at
  FROM edge e
), numbered AS (
  SELECT p.account_number COLLATE "C" AS account_number, n.contract_number,
    s.cds_productionproject_id, s.starts_at, s.ends_at
  FROM stretch s
  JOIN chosen p USING (cds_productionproject_id)
  CROSS JOIN LATERAL (
    SELECT coalesce(min(c.contract_number COLLATE "C"), '') AS contract_number
    FROM service_contract c
    WHERE c.cds_productionproject_id = s.cds_productionproject_id
      AND c.starts_at <= s.starts_at AND c.ends_at > s.starts_at
  ) AS n
)
SELECT s.account_number, s.contract_number, s.cds_productionproject_ids,
  nullif(lower(t.span), '-infinity') AS starts_at, nullif(upper(t.span), 'infinity') AS ends_at
FROM (
  SELECT n.account_number, n.contract_number,
    array_agg(DISTINCT n.cds_productionproject_id) AS cds_productionproject_ids,
    range_agg(tstzrange(n.starts_at, n.ends_at)) AS spans
  FROM numbered n
  GROUP BY n.account_number, n.contract_number
) AS s
CROSS JOIN LATERAL unnest(s.spans) AS t (span)
ORDER BY s.account_number, s.contract_number, t.span
