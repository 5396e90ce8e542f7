-- NULL is an open side.
INSERT INTO contract_share
  (cds_productionproject_id, starts_at, ends_at, numerator, denominator)
SELECT project, coalesce(starts_at, '-infinity'), coalesce(ends_at, 'infinity'), numerator,
  denominator
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::bigint[])
  AS t (project, starts_at, ends_at, numerator, denominator)
