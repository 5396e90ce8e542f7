-- A page of production projects, last modified first, then by id. Projects that changed after the
-- listing began (:listed_at) come last, by id, so that a client that is paging cannot miss them. A
-- project's present and past meters are a field of it, so a newer meter is a change of the project;
-- so is a newer contract.
-- Size: a parameter for each filter of the endpoint, and for the place of the page.
-- numerator, denominator: the share that is under contract now, if the contract has several shares.
WITH listed AS (
  SELECT p.cds_productionproject_id, p.name, p.timezone, p.contract_type, p.contract_rule,
    p.contract_start, p.contract_end, p.created_at, p.synced_at, p.tenant, v.modified_at,
    CASE WHEN v.modified_at > :listed_at::timestamptz THEN 9223372036854775807
      ELSE (extract(epoch FROM v.modified_at) * -1000000)::bigint END AS age_rank
  FROM project p
  LEFT JOIN (
    SELECT b.cds_productionproject_id, max(m.created_at) AS youngest
    FROM membership b
    JOIN meter m USING (meter_id)
    GROUP BY b.cds_productionproject_id
  ) AS ms USING (cds_productionproject_id)
  CROSS JOIN LATERAL (
    SELECT greatest(p.modified_at, ms.youngest, max(c.created_at)) AS modified_at
    FROM service_contract c
    WHERE c.cds_productionproject_id = p.cds_productionproject_id
  ) AS v
  WHERE (:cds_productionproject_ids::text[] IS NULL
    OR p.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND (:meter_numbers::text[] IS NULL AND :cds_meterdevice_ids::text[] IS NULL OR EXISTS (
      SELECT FROM membership b JOIN meter m USING (meter_id)
      WHERE b.cds_productionproject_id = p.cds_productionproject_id
      HAVING (:meter_numbers IS NULL OR bool_or(m.meter_number = ANY (:meter_numbers)))
        AND (:cds_meterdevice_ids IS NULL
          OR bool_or(m.cds_meterdevice_id = ANY (:cds_meterdevice_ids)))))
    AND (:cds_account_ids::text[] IS NULL OR EXISTS (
      SELECT FROM account a WHERE a.tenant = p.tenant
        AND a.cds_account_id = ANY (:cds_account_ids)))
    AND (:cds_servicecontract_ids::text[] IS NULL OR EXISTS (
      SELECT FROM service_contract c
      WHERE c.cds_productionproject_id = p.cds_productionproject_id
        AND c.cds_servicecontract_id = ANY (:cds_servicecontract_ids)))
    AND (:cds_servicepoint_ids::text[] IS NULL OR EXISTS (
      SELECT FROM installation i
      WHERE i.cds_productionproject_id = p.cds_productionproject_id
        AND i.starts_at <= now() AND i.cds_servicepoint_id = ANY (:cds_servicepoint_ids)))
    AND (:contract_types::text[] IS NULL OR p.contract_type = ANY (:contract_types))
    AND (:before::timestamptz IS NULL OR p.contract_start IS NULL OR p.contract_start <= :before)
    AND (:after::timestamptz IS NULL OR p.contract_end IS NULL OR p.contract_end >= :after)
    AND (:q::text IS NULL OR strpos(lower(concat_ws(E'\n', p.cds_productionproject_id, p.name,
      p.contract_type, (
        SELECT string_agg(m.meter_number, E'\n' ORDER BY m.meter_number COLLATE "C")
        FROM membership b
        JOIN meter m USING (meter_id)
        WHERE b.cds_productionproject_id = p.cds_productionproject_id))), lower(:q)) > 0)
), page AS (
  SELECT l.*
  FROM listed l
  WHERE (:available_formats::text[] IS NULL AND :available_reading_validity::text[] IS NULL
    OR EXISTS (
      SELECT FROM offering o
      WHERE o.cds_productionproject_id = l.cds_productionproject_id
        AND (:available_formats IS NULL OR o.production_formats && :available_formats)
        AND (:available_reading_validity IS NULL
          OR o.reading_validities && :available_reading_validity)))
    AND (:cursor_age_rank::bigint IS NULL OR CASE WHEN :backwards::boolean
      THEN (l.age_rank, l.cds_productionproject_id COLLATE "C") < (:cursor_age_rank,
        :cursor_id::text)
      ELSE (l.age_rank, l.cds_productionproject_id COLLATE "C") > (:cursor_age_rank,
        :cursor_id::text) END)
  ORDER BY
    CASE WHEN NOT :backwards THEN l.age_rank END, CASE WHEN :backwards THEN l.age_rank END DESC,
    CASE WHEN NOT :backwards THEN l.cds_productionproject_id COLLATE "C" END,
    CASE WHEN :backwards THEN l.cds_productionproject_id COLLATE "C" END DESC
  LIMIT :limit
)
SELECT p.cds_productionproject_id, p.name, p.timezone, p.contract_type, p.contract_rule,
  p.contract_start, p.contract_end, p.created_at, p.modified_at, p.synced_at, p.age_rank,
  coalesce(ms.meter_numbers, '{}') AS meter_numbers,
  coalesce(ms.cds_meterdevice_ids, '{}') AS cds_meterdevice_ids, s.numerator, s.denominator,
  coalesce(r.accounts, '{}') AS cds_account_ids,
  coalesce(r.contracts, '{}') AS cds_servicecontract_ids,
  coalesce(r.points, '{}') AS cds_servicepoint_ids,
  coalesce(f.production_formats, '{}') AS production_formats,
  coalesce(f.reading_validities, '{}') AS reading_validities
FROM page p
CROSS JOIN LATERAL (
  SELECT array_agg(m.meter_number ORDER BY m.meter_number COLLATE "C") AS meter_numbers,
    array_agg(m.cds_meterdevice_id ORDER BY m.meter_number COLLATE "C") AS cds_meterdevice_ids
  FROM meter m
  WHERE m.meter_id IN (
    SELECT b.meter_id FROM membership b
    WHERE b.cds_productionproject_id = p.cds_productionproject_id)
) AS ms
LEFT JOIN LATERAL (
  SELECT o.production_formats, o.reading_validities FROM offering o
  WHERE o.cds_productionproject_id = p.cds_productionproject_id
) AS f ON true
CROSS JOIN LATERAL (
  SELECT
    (SELECT array_agg(a.cds_account_id) FROM account a WHERE a.tenant = p.tenant) AS accounts,
    (SELECT array_agg(c.cds_servicecontract_id ORDER BY c.cds_servicecontract_id COLLATE "C")
      FROM service_contract c
      WHERE c.cds_productionproject_id = p.cds_productionproject_id) AS contracts,
    (SELECT array_agg(DISTINCT i.cds_servicepoint_id COLLATE "C")
      FROM installation i
      WHERE i.cds_productionproject_id = p.cds_productionproject_id
        AND i.starts_at <= now()) AS points
) AS r
LEFT JOIN contract_share s ON s.cds_productionproject_id = p.cds_productionproject_id
  AND s.starts_at <= clock_timestamp() AND s.ends_at > clock_timestamp()
ORDER BY p.age_rank, p.cds_productionproject_id COLLATE "C"
