-- The facts about the server that `gridfeed doctor` reports: version, TimescaleDB if installed, its
-- clock, and the role of this session.
SELECT current_setting('server_version_num')::integer AS version_number,
       current_setting('server_version') AS version,
       (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescaledb,
       current_user::text AS role,
       clock_timestamp() AS clock
