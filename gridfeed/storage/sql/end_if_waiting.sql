-- is_silent: whether the session :pid that began at :began is gone, or its server process has
-- waited for the client for at least :quiet. Such a waiting session is ended: its client waits for
-- an answer, so something that one side sent has never reached the other. If the server does not
-- show what a session does, the session counts as working.
WITH session AS (
  SELECT a.pid, a.state_change < clock_timestamp() - :quiet::interval
    AND (a.state LIKE 'idle%' OR a.wait_event IN ('ClientRead', 'ClientWrite')) AS waits
  FROM pg_stat_activity a
  WHERE a.pid = :pid AND (a.backend_start = :began) IS NOT FALSE
), ended AS (
  SELECT pg_terminate_backend(s.pid) FROM session s WHERE s.waits
)
SELECT NOT EXISTS (SELECT FROM session s WHERE s.waits IS NOT TRUE) AS is_silent,
  (SELECT count(*) FROM ended) AS ended
