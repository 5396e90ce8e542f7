-- A page of energy attribute certificates in the order of CDS-WG3-01 10.9.4: period_start newest
-- first, cds_created newest first, id; both ranks are microseconds before the epoch. Certificates
-- that changed after the listing began (:listed_at) come last, so that a client that is paging
-- cannot miss them.
WITH listed AS (
  SELECT e.cds_eac_id, e.beneficiary_type, e.eac_numbers, e.eac_format, e.eac_data_url,
    e.period_start, e.period_end, e.created_at, e.modified_at, e.synced_at,
    CASE WHEN e.modified_at > :listed_at::timestamptz THEN 9223372036854775807
      ELSE (extract(epoch FROM e.period_start) * -1000000)::bigint END AS period_rank,
    (extract(epoch FROM e.created_at) * -1000000)::bigint AS created_rank
  FROM eac e
  WHERE (:cds_eac_ids::text[] IS NULL OR e.cds_eac_id = ANY (:cds_eac_ids))
    AND (:eac_numbers::text[] IS NULL OR e.eac_numbers && :eac_numbers)
    AND (:beneficiaries::text[] IS NULL OR EXISTS (
      SELECT FROM eac_beneficiary b
      WHERE b.cds_eac_id = e.cds_eac_id AND b.beneficiary = ANY (:beneficiaries)))
    AND (:before::timestamptz IS NULL OR e.period_start <= :before)
    AND (:after::timestamptz IS NULL OR e.period_end >= :after)
), page AS (
  SELECT l.*
  FROM listed l
  WHERE :cursor_period_rank::bigint IS NULL OR CASE WHEN :backwards::boolean
    THEN (l.period_rank, l.created_rank, l.cds_eac_id COLLATE "C") < (:cursor_period_rank,
      :cursor_created_rank::bigint, :cursor_id::text)
    ELSE (l.period_rank, l.created_rank, l.cds_eac_id COLLATE "C") > (:cursor_period_rank,
      :cursor_created_rank::bigint, :cursor_id::text) END
  ORDER BY
    CASE WHEN NOT :backwards THEN l.period_rank END, CASE WHEN :backwards
      THEN l.period_rank END DESC,
    CASE WHEN NOT :backwards THEN l.created_rank END, CASE WHEN :backwards
      THEN l.created_rank END DESC,
    CASE WHEN NOT :backwards THEN l.cds_eac_id COLLATE "C" END,
    CASE WHEN :backwards THEN l.cds_eac_id COLLATE "C" END DESC
  LIMIT :limit
)
SELECT p.cds_eac_id, p.created_at AS cds_created, p.modified_at AS cds_modified,
  p.synced_at AS cds_synced, p.beneficiary_type, coalesce(b.beneficiaries, '{}') AS beneficiaries,
  p.eac_numbers, p.eac_format, p.eac_data_url, p.period_start, p.period_end, p.period_rank,
  p.created_rank
FROM page p
CROSS JOIN LATERAL (
  SELECT array_agg(n.beneficiary ORDER BY n.beneficiary COLLATE "C") AS beneficiaries
  FROM eac_beneficiary n
  WHERE n.cds_eac_id = p.cds_eac_id
) AS b
ORDER BY p.period_rank, p.created_rank, p.cds_eac_id COLLATE "C"
