-- Transactions that have written and stay open, in any database of the server: the feed waits for
-- the oldest of them. A role without pg_read_all_stats does not see other users' transactions here.
SELECT a.pid, a.datname, a.usename, a.application_name,
  extract(epoch FROM clock_timestamp() - a.xact_start)::integer AS seconds
FROM pg_stat_activity a
WHERE a.backend_xid IS NOT NULL AND a.xact_start < clock_timestamp() - :longer_than::interval
ORDER BY a.xact_start
LIMIT 5
