-- Returns the database's clock, and shows the process's drift in pg_stat_activity.
SELECT clock_timestamp() AS now, set_config('application_name', :application_name, false)
