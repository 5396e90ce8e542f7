-- What `gridfeed doctor` tells about the server: version, TimescaleDB if installed, its clock; and as
-- whom it is spoken to.
SELECT current_setting('server_version_num')::integer AS version_number,
       current_setting('server_version') AS version,
       (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescaledb,
       current_user::text AS role,
       clock_timestamp() AS clock
