-- Ends other sessions of Gridfeed whose client stopped in the middle of a statement (prepared, not
-- executed) for longer than :allowed. PostgreSQL's time-outs for idle sessions do not cover this.
SELECT a.pid, a.application_name, pg_terminate_backend(a.pid) AS is_ended
FROM pg_stat_activity a
WHERE a.datname = current_database()
  AND a.usename = current_user
  AND a.application_name LIKE 'gridfeed-%'
  AND a.state = 'active'
  AND a.wait_event = 'ClientRead'
  AND a.state_change < clock_timestamp() - :allowed::interval
  AND a.pid <> pg_backend_pid()
