-- A page of accounts, last modified first, then by id. Accounts that changed after the listing
-- began (:listed_at) come last, by id, so that a client that is paging cannot miss them. For a
-- client without details the hidden columns are NULL, so that neither a filter nor :q finds them.
WITH listed AS (
  SELECT a.cds_account_id, a.customer_number, a.account_number, a.account_entity, a.account_name,
    a.account_address, a.account_types, a.account_status, a.account_contacts, a.created_at,
    a.modified_at, a.synced_at,
    CASE WHEN a.modified_at > :listed_at::timestamptz THEN 9223372036854775807
      ELSE (extract(epoch FROM a.modified_at) * -1000000)::bigint END AS age_rank
  FROM account a
  WHERE (:cds_account_ids::text[] IS NULL OR a.cds_account_id = ANY (:cds_account_ids))
    AND (:customer_numbers::text[] IS NULL OR a.customer_number = ANY (:customer_numbers))
    AND (:account_numbers::text[] IS NULL OR a.account_number = ANY (:account_numbers))
    AND (:account_statuses::text[] IS NULL OR a.account_status = ANY (:account_statuses))
    AND (:q::text IS NULL OR strpos(lower(concat_ws(E'\n', a.cds_account_id, a.customer_number,
      a.account_number, a.account_address, a.account_name,
      (SELECT string_agg(c.contact ->> 'value', E'\n')
        FROM jsonb_array_elements(a.account_contacts) AS c (contact)))), lower(:q)) > 0)
), page AS (
  SELECT l.*
  FROM listed l
  WHERE :cursor_age_rank::bigint IS NULL OR CASE WHEN :backwards::boolean
    THEN (l.age_rank, l.cds_account_id COLLATE "C") < (:cursor_age_rank, :cursor_id::text)
    ELSE (l.age_rank, l.cds_account_id COLLATE "C") > (:cursor_age_rank, :cursor_id::text) END
  ORDER BY
    CASE WHEN NOT :backwards THEN l.age_rank END, CASE WHEN :backwards THEN l.age_rank END DESC,
    CASE WHEN NOT :backwards THEN l.cds_account_id COLLATE "C" END,
    CASE WHEN :backwards THEN l.cds_account_id COLLATE "C" END DESC
  LIMIT :limit
)
SELECT p.cds_account_id, p.created_at AS cds_created, p.modified_at AS cds_modified,
  p.synced_at AS cds_synced, NULL::text AS cds_account_parent, p.customer_number, p.account_number,
  p.account_entity, p.account_name, p.account_address, p.account_types, p.account_status,
  p.account_contacts, p.age_rank
FROM page p
ORDER BY p.age_rank, p.cds_account_id COLLATE "C"
