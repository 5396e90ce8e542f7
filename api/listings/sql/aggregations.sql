-- A page of aggregations, last modified first, then by id. Aggregations that changed after the
-- listing began (:listed_at) come last, by id, so that a client that is paging cannot miss them.
-- :q is searched in grouped_addresses, too; for a client without details that column is NULL.
WITH listed AS (
  SELECT a.cds_aggregation_id, a.aggregation_number, a.aggregation_types, a.countries, a.provinces,
    a.municipalities, a.grouped_addresses, a.grouped_regions, a.created_at, a.modified_at,
    a.synced_at,
    CASE WHEN a.modified_at > :listed_at::timestamptz THEN 9223372036854775807
      ELSE (extract(epoch FROM a.modified_at) * -1000000)::bigint END AS age_rank
  FROM aggregation a
  WHERE (:cds_aggregation_ids::text[] IS NULL OR a.cds_aggregation_id = ANY (:cds_aggregation_ids))
    AND (:aggregation_numbers::text[] IS NULL OR a.aggregation_number = ANY (:aggregation_numbers))
    AND (:aggregation_types::text[] IS NULL OR a.aggregation_types && :aggregation_types)
    AND (:q::text IS NULL OR strpos(lower(concat_ws(E'\n', a.cds_aggregation_id,
      a.aggregation_number, array_to_string(a.grouped_addresses, E'\n'),
      (SELECT string_agg(r.region ->> 'name', E'\n')
        FROM jsonb_array_elements(a.grouped_regions) AS r (region)))), lower(:q)) > 0)
), page AS (
  SELECT l.*
  FROM listed l
  WHERE :cursor_age_rank::bigint IS NULL OR CASE WHEN :backwards::boolean
    THEN (l.age_rank, l.cds_aggregation_id COLLATE "C") < (:cursor_age_rank, :cursor_id::text)
    ELSE (l.age_rank, l.cds_aggregation_id COLLATE "C") > (:cursor_age_rank, :cursor_id::text) END
  ORDER BY
    CASE WHEN NOT :backwards THEN l.age_rank END, CASE WHEN :backwards THEN l.age_rank END DESC,
    CASE WHEN NOT :backwards THEN l.cds_aggregation_id COLLATE "C" END,
    CASE WHEN :backwards THEN l.cds_aggregation_id COLLATE "C" END DESC
  LIMIT :limit
), grouped AS MATERIALIZED (  -- read once for the page: the view reads every aggregation
  SELECT m.cds_aggregation_id,
    array_agg(m.cds_account_id ORDER BY m.cds_account_id COLLATE "C")
      FILTER (WHERE m.cds_account_id IS NOT NULL) AS accounts,
    array_agg(m.cds_servicecontract_id ORDER BY m.cds_servicecontract_id COLLATE "C")
      FILTER (WHERE m.cds_servicecontract_id IS NOT NULL) AS servicecontracts,
    array_agg(m.cds_servicepoint_id ORDER BY m.cds_servicepoint_id COLLATE "C")
      FILTER (WHERE m.cds_servicepoint_id IS NOT NULL) AS servicepoints,
    array_agg(d.cds_meterdevice_id ORDER BY d.cds_meterdevice_id COLLATE "C")
      FILTER (WHERE d.cds_meterdevice_id IS NOT NULL) AS meterdevices,
    array_agg(m.grouped_aggregation_id ORDER BY m.grouped_aggregation_id COLLATE "C")
      FILTER (WHERE m.grouped_aggregation_id IS NOT NULL) AS aggregations
  FROM aggregation_member m
  LEFT JOIN meter d USING (meter_id)
  GROUP BY m.cds_aggregation_id
)
SELECT p.cds_aggregation_id, p.created_at AS cds_created, p.modified_at AS cds_modified,
  p.synced_at AS cds_synced, p.aggregation_types, p.aggregation_number, p.countries, p.provinces,
  p.municipalities, '' AS scope, '{}'::text[] AS authorization_details,
  coalesce(g.accounts, '{}') AS grouped_accounts,
  coalesce(g.servicecontracts, '{}') AS grouped_servicecontracts,
  coalesce(g.servicepoints, '{}') AS grouped_servicepoints,
  coalesce(g.meterdevices, '{}') AS grouped_meterdevices,
  coalesce(g.aggregations, '{}') AS grouped_aggregations, p.grouped_addresses, p.grouped_regions,
  '{}'::text[] AS consent_requirements, p.age_rank
FROM page p
LEFT JOIN grouped g USING (cds_aggregation_id)
ORDER BY p.age_rank, p.cds_aggregation_id COLLATE "C"
