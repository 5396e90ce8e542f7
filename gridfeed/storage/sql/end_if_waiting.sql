-- Whether the server has worked for the session $1 that began at $2 within the last $3, or has
-- waited for its client all the while, or knows it no more. A session that waits is ended: its
-- client waits for an answer, so what one of them sent never reached the other. Where the server
-- does not tell what a session does, it works.
WITH session AS (
  SELECT a.pid, a.state_change < clock_timestamp() - $3::interval
    AND (a.state LIKE 'idle%' OR a.wait_event IN ('ClientRead', 'ClientWrite')) AS waits
  FROM pg_stat_activity a
  WHERE a.pid = $1 AND a.backend_start = $2
), ended AS (
  SELECT pg_terminate_backend(s.pid) FROM session s WHERE s.waits
)
SELECT NOT EXISTS (SELECT FROM session s WHERE s.waits IS NOT TRUE) AS is_silent,
  (SELECT count(*) FROM ended) AS ended
