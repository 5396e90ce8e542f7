-- Two texts that show whether anything changed since the answer :known. committed changes after
-- every transaction that ends in any database of the server; it has the start of the server in it,
-- since a server restored from a backup counts transactions anew. published changes whenever a
-- value is published or a declaration changes; it is NULL if committed equals :known, since then it
-- did not change.
WITH present AS (
  SELECT pg_current_snapshot()::text || ' ' || pg_postmaster_start_time()::text AS committed
)
SELECT p.committed,
  CASE WHEN p.committed IS DISTINCT FROM :known::text
    THEN granted.published_state() END AS published
FROM present p
