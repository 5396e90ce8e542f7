-- Transactions that have written and stay open: the feed waits for the oldest of them, whatever
-- database of the server it is in. Of other users' sessions a role without pg_read_all_stats sees
-- none of this.
SELECT a.pid, a.datname, a.usename, a.application_name,
  extract(epoch FROM clock_timestamp() - a.xact_start)::integer AS seconds
FROM pg_stat_activity a
WHERE a.backend_xid IS NOT NULL AND a.xact_start < clock_timestamp() - :longer_than::interval
ORDER BY a.xact_start
LIMIT 5
