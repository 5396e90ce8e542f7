-- NULL means that the side is open.
INSERT INTO contract_share
  (cds_productionproject_id, starts_at, ends_at, numerator, denominator)
SELECT project, coalesce(starts_at, '-infinity'), coalesce(ends_at, 'infinity'), numerator,
  denominator
FROM unnest(:project::text[], :starts_at::timestamptz[], :ends_at::timestamptz[],
  :numerator::bigint[], :denominator::bigint[])
  AS t (project, starts_at, ends_at, numerator, denominator)
