-- What tells this session from every other one, also from one that gets its process number later.
SELECT a.pid, a.backend_start FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()
