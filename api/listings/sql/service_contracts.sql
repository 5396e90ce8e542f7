-- A page of service contracts, last modified first, then by id. Contracts that changed after the
-- listing began (:listed_at) come last, by id, so that a client that is paging cannot miss them.
-- For a client without details the hidden columns are NULL, so that neither a filter nor :q finds
-- them. The specification has no contract without a start (10.2.1): a contract that declares no
-- start is published as starting on the day it was declared, or on the day before its end.
WITH listed AS (
  SELECT c.cds_servicecontract_id, c.cds_account_id, c.account_number, c.contract_number,
    c.contract_address, c.contract_types, c.contract_entity, c.contract_status, c.contract_start,
    c.contract_end, c.service_types, c.created_at, c.modified_at, c.synced_at,
    CASE WHEN c.modified_at > :listed_at::timestamptz THEN 9223372036854775807
      ELSE (extract(epoch FROM c.modified_at) * -1000000)::bigint END AS age_rank
  FROM service_contract c
  WHERE (:cds_servicecontract_ids::text[] IS NULL
    OR c.cds_servicecontract_id = ANY (:cds_servicecontract_ids))
    AND (:account_numbers::text[] IS NULL OR c.account_number = ANY (:account_numbers))
    AND (:contract_numbers::text[] IS NULL OR c.contract_number = ANY (:contract_numbers))
    AND (:contract_statuses::text[] IS NULL OR c.contract_status = ANY (:contract_statuses))
    AND (:contract_types::text[] IS NULL OR c.contract_types && :contract_types)
    AND (:service_types::text[] IS NULL OR c.service_types && :service_types)
    AND (:q::text IS NULL OR strpos(lower(concat_ws(E'\n', c.cds_servicecontract_id,
      c.account_number, c.contract_number, c.contract_address)), lower(:q)) > 0)
), page AS (
  SELECT l.*
  FROM listed l
  WHERE :cursor_age_rank::bigint IS NULL OR CASE WHEN :backwards::boolean
    THEN (l.age_rank, l.cds_servicecontract_id COLLATE "C") < (:cursor_age_rank, :cursor_id::text)
    ELSE (l.age_rank, l.cds_servicecontract_id COLLATE "C") > (:cursor_age_rank,
      :cursor_id::text) END
  ORDER BY
    CASE WHEN NOT :backwards THEN l.age_rank END, CASE WHEN :backwards THEN l.age_rank END DESC,
    CASE WHEN NOT :backwards THEN l.cds_servicecontract_id COLLATE "C" END,
    CASE WHEN :backwards THEN l.cds_servicecontract_id COLLATE "C" END DESC
  LIMIT :limit
)
SELECT p.cds_servicecontract_id, p.created_at AS cds_created, p.modified_at AS cds_modified,
  p.synced_at AS cds_synced, p.cds_account_id, p.account_number, p.contract_number,
  p.contract_address, p.contract_types, p.contract_entity, p.contract_status,
  coalesce(p.contract_start, least((p.created_at AT TIME ZONE 'UTC')::date, p.contract_end - 1))
    AS contract_start, p.contract_end, p.service_types, p.age_rank
FROM page p
ORDER BY p.age_rank, p.cds_servicecontract_id COLLATE "C"
