-- The server's processes that work on this database, except the one that answers this.
SELECT a.pid, a.datname AS database FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
