-- A page of service points, last modified first, then by id. Points that changed after the listing
-- began (:listed_at) come last, by id, so that a client that is paging cannot miss them. For a
-- client without details the hidden columns are NULL, so that :q does not find them.
WITH listed AS (
  SELECT p.cds_servicepoint_id, p.servicepoint_number, p.servicepoint_types, p.servicepoint_address,
    p.latitude, p.longitude, p.premises, p.created_at, p.modified_at, p.synced_at,
    CASE WHEN p.modified_at > :listed_at::timestamptz THEN 9223372036854775807
      ELSE (extract(epoch FROM p.modified_at) * -1000000)::bigint END AS age_rank
  FROM service_point p
  WHERE (:cds_servicepoint_ids::text[] IS NULL
    OR p.cds_servicepoint_id = ANY (:cds_servicepoint_ids))
    AND (:servicepoint_numbers::text[] IS NULL
      OR p.servicepoint_number = ANY (:servicepoint_numbers))
    AND (:current_servicecontracts::text[] IS NULL OR EXISTS (
      SELECT FROM servicepoint_contract s WHERE s.cds_servicepoint_id = p.cds_servicepoint_id
        AND s.current AND s.cds_servicecontract_id = ANY (:current_servicecontracts)))
    AND (:previous_servicecontracts::text[] IS NULL OR EXISTS (
      SELECT FROM servicepoint_contract s WHERE s.cds_servicepoint_id = p.cds_servicepoint_id
        AND NOT s.current AND s.cds_servicecontract_id = ANY (:previous_servicecontracts)))
    AND (:q::text IS NULL OR strpos(lower(concat_ws(E'\n', p.cds_servicepoint_id,
      p.servicepoint_address, p.servicepoint_number,
      (SELECT string_agg(e.premise ->> 'premise_number', E'\n')
        FROM jsonb_array_elements(p.premises) AS e (premise)))), lower(:q)) > 0)
), page AS (
  SELECT l.*
  FROM listed l
  WHERE :cursor_age_rank::bigint IS NULL OR CASE WHEN :backwards::boolean
    THEN (l.age_rank, l.cds_servicepoint_id COLLATE "C") < (:cursor_age_rank, :cursor_id::text)
    ELSE (l.age_rank, l.cds_servicepoint_id COLLATE "C") > (:cursor_age_rank, :cursor_id::text) END
  ORDER BY
    CASE WHEN NOT :backwards THEN l.age_rank END, CASE WHEN :backwards THEN l.age_rank END DESC,
    CASE WHEN NOT :backwards THEN l.cds_servicepoint_id COLLATE "C" END,
    CASE WHEN :backwards THEN l.cds_servicepoint_id COLLATE "C" END DESC
  LIMIT :limit
)
SELECT p.cds_servicepoint_id, p.created_at AS cds_created, p.modified_at AS cds_modified,
  p.synced_at AS cds_synced, p.servicepoint_number, p.servicepoint_types, p.servicepoint_address,
  p.latitude, p.longitude, coalesce(c.current, '{}') AS current_servicecontracts,
  coalesce(c.previous, '{}') AS previous_servicecontracts, p.premises, p.age_rank
FROM page p
CROSS JOIN LATERAL (
  SELECT array_agg(s.cds_servicecontract_id ORDER BY s.cds_servicecontract_id COLLATE "C")
      FILTER (WHERE s.current) AS current,
    array_agg(s.cds_servicecontract_id ORDER BY s.cds_servicecontract_id COLLATE "C")
      FILTER (WHERE NOT s.current) AS previous
  FROM servicepoint_contract s
  WHERE s.cds_servicepoint_id = p.cds_servicepoint_id
) AS c
ORDER BY p.age_rank, p.cds_servicepoint_id COLLATE "C"
