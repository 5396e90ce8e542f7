-- What tells whether anything was committed since :known was told. committed: another text after
-- every transaction that ended, in any database of the server; the start of the server is part of
-- it, since one that was restored from a backup counts transactions anew. published: another text
-- whenever something was published or declared; NULL: committed is :known, so it is what it was.
WITH present AS (
  SELECT pg_current_snapshot()::text || ' ' || pg_postmaster_start_time()::text AS committed
)
SELECT p.committed,
  CASE WHEN p.committed IS DISTINCT FROM :known::text
    THEN granted.published_state() END AS published
FROM present p
