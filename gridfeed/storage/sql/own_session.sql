-- Identifies this session, also against a later session with the same process number.
SELECT a.pid, a.backend_start FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()
