-- Whether the server has worked for the session :pid that began at :began within the last :quiet,
-- or has waited for its client all the while, or knows it no more. A session that waits is ended:
-- its client waits for an answer, so what one of them sent never reached the other. Where the
-- server does not tell what a session does, it works.
WITH session AS (
  SELECT a.pid, a.state_change < clock_timestamp() - :quiet::interval
    AND (a.state LIKE 'idle%' OR a.wait_event IN ('ClientRead', 'ClientWrite')) AS waits
  FROM pg_stat_activity a
  WHERE a.pid = :pid AND a.backend_start = :began
), ended AS (
  SELECT pg_terminate_backend(s.pid) FROM session s WHERE s.waits
)
SELECT NOT EXISTS (SELECT FROM session s WHERE s.waits IS NOT TRUE) AS is_silent,
  (SELECT count(*) FROM ended) AS ended
