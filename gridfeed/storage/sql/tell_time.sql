-- The database's clock; and how far a process is from it, told to whoever reads pg_stat_activity.
SELECT clock_timestamp() AS now, set_config('application_name', :application_name, false)
